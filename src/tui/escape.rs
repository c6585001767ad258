//! Cuts what a terminal sends into characters and sequences (ECMA-48, 5.4 and 8.3; xterm's "Control Sequences"), in
//! pieces of any size. Pure; what the wholes mean is read by [`super::keyboard`] and [`super::probe`].

/// Longest sequence that is waited for, in bytes.
pub(super) const MOST: usize = 4096;

/// Keeps what is not at its end.
#[derive(Debug, Default)]
pub(super) struct Cutter {
    begun: Vec<u8>,
}

/// What the first bytes are.
enum Begin {
    /// So many bytes are one whole.
    Whole(usize),
    /// More must come before that can be told.
    Part,
}

impl Cutter {
    /// Gives each whole that ends with this byte.
    pub(super) fn take(&mut self, byte: u8, mut whole: impl FnMut(&[u8])) {
        self.begun.push(byte);
        while !self.begun.is_empty() {
            let Begin::Whole(len) = begin(&self.begun) else { return };
            let len = len.clamp(1, self.begun.len());
            let rest = self.begun.split_off(len);
            whole(&std::mem::replace(&mut self.begun, rest));
        }
    }

    /// What was begun.
    pub(super) fn begun(&self) -> &[u8] {
        &self.begun
    }

    /// The same, where nothing follows.
    pub(super) fn end(&mut self) -> Vec<u8> {
        std::mem::take(&mut self.begun)
    }
}

fn begin(bytes: &[u8]) -> Begin {
    let all = Begin::Whole(bytes.len());
    // An escape within a sequence begins another one.
    let before_last = Begin::Whole(bytes.len() - 1);
    match bytes {
        _ if bytes.len() > MOST => all,
        [0x1b] | [0x1b, b'O'] => Begin::Part,
        [0x1b, 0x1b] => before_last,
        // DCS, APC, OSC, PM, SOS: up to their end, ST, which is ESC \; for OSC also BEL.
        [0x1b, b'P' | b'_' | b']' | b'^' | b'X', text @ ..] => match text {
            [.., 0x1b, b'\\'] => all,
            [.., 0x1b, _] => Begin::Whole(bytes.len() - 2),
            [.., 0x07] if bytes.get(1) == Some(&b']') => all,
            _ => Begin::Part,
        },
        // F1 to F5 of Linux' console, and the mouse as X10 told it.
        [0x1b, b'[', b'['] | [0x1b, b'[', b'M'] | [0x1b, b'[', b'M', _] | [0x1b, b'[', b'M', _, _] => {
            Begin::Part
        }
        [0x1b, b'[', .., 0x1b] => before_last,
        // Parameters, then a letter.
        [0x1b, b'[', parameters @ ..] if parameters.iter().all(|byte| (0x20..0x40).contains(byte)) => {
            Begin::Part
        }
        [0x1b, b'[', ..] => all,
        [0x1b, b'O', 0x1b] => before_last,
        [0x1b, letter @ ..] => character(letter, 1),
        letter => character(letter, 0),
    }
}

/// One character of UTF-8, behind so many other bytes.
fn character(bytes: &[u8], before: usize) -> Begin {
    let len = match bytes.first() {
        Some(0xc2..=0xdf) => 2,
        Some(0xe0..=0xef) => 3,
        Some(0xf0..=0xf4) => 4,
        // SS3 has one letter more.
        _ => return Begin::Whole(before + bytes.len()),
    };
    match bytes.last() {
        Some(0x80..=0xbf) if bytes.len() < len => Begin::Part,
        _ if bytes.len() == 1 => Begin::Part,
        Some(0x80..=0xbf) => Begin::Whole(before + bytes.len()),
        _ => Begin::Whole(before + bytes.len() - 1),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cut(bytes: &[u8]) -> (Vec<Vec<u8>>, Vec<u8>) {
        let (mut cutter, mut wholes) = (Cutter::default(), Vec::new());
        for &byte in bytes {
            cutter.take(byte, |whole| wholes.push(whole.to_vec()));
        }
        (wholes, cutter.end())
    }

    #[test]
    fn sequences_are_cut_where_they_end() {
        let whole: [&[u8]; 13] = [
            b"j",
            "é".as_bytes(),
            "\u{1f3b5}".as_bytes(),
            b"\x1bx",
            "\x1bé".as_bytes(),
            b"\x1b[A",
            b"\x1b[1;5C",
            b"\x1bOP",
            b"\x1b[[A",
            b"\x1b[M !!",
            b"\x1b[<0;3;4M",
            b"\x1b]11;rgb:ffff/ffff/ffff\x07",
            b"\x1bP>|kitty(0.43.1)\x1b\\",
        ];
        assert_eq!(cut(&whole.concat()), (whole.iter().map(|it| it.to_vec()).collect(), vec![]));
        for whole in whole {
            for end in 1..whole.len() {
                assert_eq!(cut(&whole[..end]), (vec![], whole[..end].to_vec()), "{whole:?} to {end}");
            }
        }
    }

    #[test]
    fn what_breaks_off_costs_only_itself() {
        let cases: [(&[u8], &[&[u8]]); 6] = [
            (b"\x1b\x1b[A", &[b"\x1b", b"\x1b[A"]),
            (b"\x1b[1\x1b[A", &[b"\x1b[1", b"\x1b[A"]),
            (b"\x1bP\x1b[A", &[b"\x1bP", b"\x1b[A"]),
            (b"\x1bO\x1bxj", &[b"\x1bO", b"\x1bx", b"j"]),
            (b"\xc3j", &[b"\xc3", b"j"]),
            (b"\xffj\xe2\x82\x1b[A", &[b"\xff", b"j", b"\xe2\x82", b"\x1b[A"]),
        ];
        for (bytes, expected) in cases {
            assert_eq!(cut(bytes).0, expected, "{bytes:?}");
        }
    }
}
