//! Ranges before a command, as in ex (POSIX, `ex`, addressing): `3,7remove`, `.,$yank`, `%mark`, `.+2`, `'<,'>`. Pure.

/// Rows of the list that is looked at, counted from 1 as typed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Range {
    pub from: Address,
    pub to: Address,
    /// Only one was typed.
    pub single: bool,
}

/// A row, and so many further.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Address {
    pub base: Base,
    pub offset: i64,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Base {
    /// Counted from 1.
    Row(usize),
    Here,
    Last,
    /// First and last row of what was selected last.
    Selected {
        first: bool,
    },
}

impl Address {
    const fn of(base: Base) -> Self {
        Self { base, offset: 0 }
    }
}

/// The range at the beginning of a line, if there is one, and the rest of it.
pub fn split(line: &str) -> (Option<Range>, &str) {
    let line = line.trim_start();
    if let Some(rest) = line.strip_prefix('%') {
        let (from, to) = (Address::of(Base::Row(1)), Address::of(Base::Last));
        return (Some(Range { from, to, single: false }), rest.trim_start());
    }
    let (from, rest) = address(line);
    let Some(behind) = rest.strip_prefix(',') else {
        return (from.map(|from| Range { from, to: from, single: true }), rest);
    };
    let (to, rest) = address(behind);
    let here = Address::of(Base::Here);
    (Some(Range { from: from.unwrap_or(here), to: to.unwrap_or(here), single: false }), rest)
}

fn address(line: &str) -> (Option<Address>, &str) {
    let line = line.trim_start();
    let digits = line.len() - line.trim_start_matches(|c: char| c.is_ascii_digit()).len();
    let (base, mut rest) = match line.as_bytes() {
        [b'.', ..] => (Some(Base::Here), &line[1..]),
        [b'$', ..] => (Some(Base::Last), &line[1..]),
        [b'\'', b'<', ..] => (Some(Base::Selected { first: true }), &line[2..]),
        [b'\'', b'>', ..] => (Some(Base::Selected { first: false }), &line[2..]),
        // A number that is too large is a row behind the last.
        _ if digits > 0 => (Some(Base::Row(line[..digits].parse().unwrap_or(usize::MAX))), &line[digits..]),
        _ => (None, line),
    };
    let (mut offset, mut has_offset) = (0_i64, false);
    loop {
        let sign = match rest.as_bytes() {
            [b'+', ..] => 1,
            // A word behind it is a command's, and no number.
            [b'-', next, ..] if next.is_ascii_digit() => -1,
            _ => break,
        };
        let behind = &rest[1..];
        let digits = behind.len() - behind.trim_start_matches(|c: char| c.is_ascii_digit()).len();
        let steps = if digits == 0 { 1 } else { behind[..digits].parse().unwrap_or(i64::from(u32::MAX)) };
        offset = offset.saturating_add(sign * steps);
        (rest, has_offset) = (&behind[digits..], true);
    }
    if base.is_none() && !has_offset {
        return (None, line);
    }
    (Some(Address { base: base.unwrap_or(Base::Here), offset }), rest.trim_start())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn range(from: Address, to: Address) -> Option<Range> {
        Some(Range { from, to, single: false })
    }

    #[test]
    fn addresses_are_those_of_ex() {
        let row = |row| Address::of(Base::Row(row));
        let here = Address::of(Base::Here);
        assert_eq!(split("3,7remove"), (range(row(3), row(7)), "remove"));
        assert_eq!(split(" % mark"), (range(row(1), Address::of(Base::Last)), "mark"));
        assert_eq!(split(".,$ yank"), (range(here, Address::of(Base::Last)), "yank"));
        assert_eq!(split(",+2remove"), (range(here, Address { base: Base::Here, offset: 2 }), "remove"));
        assert_eq!(
            split("$-1,$"),
            (range(Address { base: Base::Last, offset: -1 }, Address::of(Base::Last)), "")
        );
        let selected = |first| Address::of(Base::Selected { first });
        assert_eq!(split("'<,'>mark"), (range(selected(true), selected(false)), "mark"));
        assert_eq!(split("12"), (Some(Range { from: row(12), to: row(12), single: true }), ""));
        for line in ["remove", "seek +10", "", "'a"] {
            assert_eq!(split(line), (None, line), "{line}");
        }
        assert_eq!(split(&"9".repeat(40)).0.map(|range| range.from), Some(row(usize::MAX)));
    }

    proptest::proptest! {
        #[test]
        fn whatever_is_typed_is_split(line in "[ -~é]{0,20}") {
            let (_, rest) = split(&line);
            assert!(line.ends_with(rest));
        }
    }
}
