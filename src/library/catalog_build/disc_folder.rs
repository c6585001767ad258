//! Folders that hold one disc of an album, told by their names. Pure.

/// What people call a disc.
const WORDS: [&[u8]; 4] = [b"cd", b"disc", b"disk", b"disque"];

/// The folder that stands for the whole album: the one above where `path` is named like `CD1` or `Disc 2 - Live`, or
/// what is left of `Album (CD 1)`, `Album [Disc 2]`, `Album - CD2`. `None` where it is not named like that.
pub fn album(path: &[u8]) -> Option<&[u8]> {
    let name_at = path.iter().rposition(|&byte| byte == b'/').map_or(0, |at| at + 1);
    let (above, name) = path.split_at(name_at);
    if let Some(behind) = disc(name)
        && (behind.is_empty() || matches!(behind[0], b' ' | b'-' | b'_' | b':' | b'.' | b','))
    {
        return above.strip_suffix(b"/").filter(|above| !above.is_empty());
    }
    // From the last word that can begin it.
    let at = name.windows(2).rposition(|pair| {
        matches!(pair[0], b' ' | b'(' | b'[' | b'-' | b'_') && pair[1].eq_ignore_ascii_case(&b'c')
            || matches!(pair[0], b' ' | b'(' | b'[' | b'-' | b'_') && pair[1].eq_ignore_ascii_case(&b'd')
    })?;
    let behind = disc(&name[at + 1..])?;
    if !matches!(behind, b"" | b")" | b"]") {
        return None;
    }
    let is_joint = |byte: &u8| matches!(byte, b' ' | b'(' | b'[' | b'-' | b'_' | b',');
    let end = name[..at].iter().rposition(|byte| !is_joint(byte))? + 1;
    Some(&path[..name_at + end])
}

/// What is behind `CD1`, `Disc 02`, `disk-B` at the start of `name`.
fn disc(name: &[u8]) -> Option<&[u8]> {
    let word = WORDS
        .iter()
        .rev()
        .find(|word| name.get(..word.len()).is_some_and(|start| start.eq_ignore_ascii_case(word)))?;
    let rest = &name[word.len()..];
    let rest =
        rest.strip_prefix(b" ").or(rest.strip_prefix(b"-")).or(rest.strip_prefix(b"_")).unwrap_or(rest);
    let digits = rest.iter().take_while(|byte| byte.is_ascii_digit()).count();
    (1..=3).contains(&digits).then(|| &rest[digits..])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folders_of_discs_lead_to_the_folder_of_their_album() {
        let cases: &[(&str, Option<&str>)] = &[
            ("/m/Album/CD1", Some("/m/Album")),
            ("/m/Album/cd 02", Some("/m/Album")),
            ("/m/Album/Disc 1", Some("/m/Album")),
            ("/m/Album/disk_3", Some("/m/Album")),
            ("/m/Album/Disc 2 - Live in Oslo", Some("/m/Album")),
            ("/m/Album (CD 1)", Some("/m/Album")),
            ("/m/Album [Disc 2]", Some("/m/Album")),
            ("/m/Album - CD2", Some("/m/Album")),
            ("/m/Album CD1", Some("/m/Album")),
            ("/m/Album", None),
            ("/m/Discovery", None),
            ("/m/CDs", None),
            ("/m/CD1984x", None),
            ("/m/Disc Jockey", None),
            ("/m/Blue Disc", None),
            ("/m/Album (CD 1) remastered", None),
            ("CD1", None),
            ("/CD1", None),
        ];
        for (path, expected) in cases {
            let found = album(path.as_bytes()).map(|found| std::str::from_utf8(found).unwrap());
            assert_eq!(found, *expected, "{path}");
        }
        assert_eq!(album(b"/m/\xff\xfe (CD1)"), Some(&b"/m/\xff\xfe"[..]));
    }
}
