//! Where one Ogg stream ends and the next one begins in what a radio sends: each song is a stream of its own (RFC 3533
//! §4). The reader of each is to see its end there. Pure; called by `session` on the thread `net-read`.

/// Bytes of a page before its table of segments (RFC 3533 §6).
const FIXED: usize = 27;
const FIRST_PAGE: u8 = 2;

/// Passes bytes on, and tells before which of them a stream begins, however they are cut.
#[derive(Debug, Default)]
pub(super) struct Links {
    /// A page's header as far as it is there.
    header: Vec<u8>,
    /// Bytes of the page's body that are to come.
    body: usize,
    /// A page was seen that is not a stream's first one.
    is_running: bool,
}

#[derive(Debug, PartialEq, Eq)]
pub(super) enum Piece<'a> {
    Bytes(&'a [u8]),
    /// A stream begins with the next byte, after another one.
    Link,
}

impl Links {
    pub(super) fn feed(&mut self, mut bytes: &[u8], give: &mut dyn FnMut(Piece<'_>)) {
        while !bytes.is_empty() {
            if self.body > 0 {
                let (body, rest) = bytes.split_at(self.body.min(bytes.len()));
                give(Piece::Bytes(body));
                self.body -= body.len();
                bytes = rest;
                continue;
            }
            // The table's length stands in the last of the fixed bytes.
            let table = self.header.get(FIXED - 1).map_or(0, |&count| usize::from(count));
            let missing = FIXED + table - self.header.len();
            let (more, rest) = bytes.split_at(missing.min(bytes.len()));
            self.header.extend_from_slice(more);
            bytes = rest;
            self.look(give);
        }
    }

    fn look(&mut self, give: &mut dyn FnMut(Piece<'_>)) {
        let magic = b"OggS\0";
        let known = self.header.len().min(magic.len());
        if self.header[..known] != magic[..known] {
            return self.resync(give);
        }
        let Some(&count) = self.header.get(FIXED - 1) else { return };
        if self.header.len() < FIXED + usize::from(count) {
            return;
        }
        let is_first = self.header[5] & FIRST_PAGE != 0;
        // Streams that sound together begin together: their first pages stand side by side.
        if is_first && self.is_running {
            give(Piece::Link);
        }
        self.is_running = !is_first;
        self.body = self.header[FIXED..].iter().map(|&size| usize::from(size)).sum();
        give(Piece::Bytes(&self.header));
        self.header.clear();
    }

    /// Not a page: on to where one may begin.
    fn resync(&mut self, give: &mut dyn FnMut(Piece<'_>)) {
        let next = self.header.iter().skip(1).position(|&byte| byte == b'O');
        let junk = next.map_or(self.header.len(), |at| at + 1);
        give(Piece::Bytes(&self.header[..junk]));
        self.header.drain(..junk);
        if !self.header.is_empty() {
            self.look(give);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn page(flags: u8, body: &[u8]) -> Vec<u8> {
        let mut page = b"OggS\0".to_vec();
        page.push(flags);
        page.extend([7; 20]);
        page.extend([1, body.len() as u8]);
        page.extend_from_slice(body);
        page
    }

    #[test]
    fn links_are_found_however_the_bytes_are_cut() {
        let first = [page(2, b"head"), page(2, b"other head"), page(0, b"OggS sound"), page(4, b"")].concat();
        let second = [page(2, b"head"), page(0, b"sound")].concat();
        let stream = [&b"junkO"[..], &first, &second].concat();
        for size in 1..stream.len() {
            let mut links = Links::default();
            let (mut passed, mut found) = (Vec::new(), Vec::new());
            for piece in stream.chunks(size) {
                links.feed(piece, &mut |piece| match piece {
                    Piece::Bytes(bytes) => passed.extend_from_slice(bytes),
                    Piece::Link => found.push(passed.len()),
                });
            }
            assert_eq!(passed, stream, "pieces of {size}");
            assert_eq!(found, [5 + first.len()], "pieces of {size}");
        }
    }
}
