//! What happens to files: bits flip, ends are lost, pieces are cut out, doubled, and glued to those of others, numbers are
//! replaced by others that mean trouble, words come where none are meant.

use crate::media::Noise;

/// Longer ones are cut: what is read twice as long is no other case.
const MOST: usize = 64 * 1024;

const NUMBERS: &[u64] = &[
    0,
    1,
    2,
    0x7F,
    0x80,
    0xFF,
    0x100,
    0x7FFF,
    0x8000,
    0xFFFF,
    0x7FFF_FFFF,
    0x8000_0000,
    0xFFFF_FFFF,
    u64::MAX >> 1,
    u64::MAX,
];

const WORDS: &[&[u8]] = &[
    b"\0",
    b"\n",
    b"\r\n",
    b"\"",
    b"'",
    b"\\",
    b"[",
    b"]",
    b"{",
    b"}",
    b"(",
    b")",
    b"<",
    b">",
    b":",
    b"=",
    b",",
    b"#",
    b"/",
    b"..",
    b"-1",
    b"0",
    b"NaN",
    b"inf",
    b"1e999",
    b"4294967296",
    b"18446744073709551616",
    b"-9223372036854775808",
    b"99:99:99",
    b"%00",
    b"\x1b[2J",
    b"\x1b]0;x\x07",
    b"\x9b",
    b"\x7f",
    b"\xc3",
    b"\xff\xfe",
    b"\xef\xbb\xbf",
    b"\xf0\x9f\x8e\xb5",
    b"e\xcc\x81",
    b"\xe2\x80\xae",
    b"\xe2\x80\x8d",
    b" ",
    b"\t",
    b"http://a/b",
    b"file:///a%20b",
    b"~",
    b"$",
];

/// One of these, damaged in one way or in several.
pub fn damaged(whole: &[Vec<u8>], noise: &mut Noise) -> Vec<u8> {
    let mut bytes = whole[noise.below(whole.len())].clone();
    for _ in 0..=noise.below(5) {
        let at = noise.below(bytes.len() + 1);
        let longest = 1 + noise.below(64.max(bytes.len() / 4));
        let len = 1 + noise.below(longest);
        let end = (at + len).min(bytes.len());
        match noise.below(10) {
            0 | 1 => bytes.iter_mut().skip(at).take(1).for_each(|byte| *byte ^= 1 << noise.below(8)),
            2 => bytes.iter_mut().skip(at).take(1 + len % 8).for_each(|byte| *byte = noise.bits() as u8),
            3 => bytes.truncate(at),
            4 => drop(bytes.drain(at..end)),
            5 => {
                let piece = bytes[at..end].to_vec();
                let times = 1 + noise.below(4);
                bytes.splice(at..at, piece.repeat(times));
            }
            6 => {
                let other = &whole[noise.below(whole.len())];
                let from = noise.below(other.len() + 1);
                bytes.truncate(at);
                bytes.extend_from_slice(&other[from..]);
            }
            7 | 8 => number(&mut bytes, at, noise),
            _ => {
                let word = WORDS[noise.below(WORDS.len())];
                bytes.splice(at..at, word.iter().copied());
            }
        }
    }
    bytes.truncate(MOST);
    bytes
}

/// In the place of as many bytes, in either order.
fn number(bytes: &mut [u8], at: usize, noise: &mut Noise) {
    let number = NUMBERS[noise.below(NUMBERS.len())].wrapping_add(noise.below(3) as u64).wrapping_sub(1);
    let size = [1, 2, 3, 4, 8][noise.below(5)];
    let mut written = number.to_le_bytes()[..size].to_vec();
    if noise.below(2) == 0 {
        written.reverse();
    }
    bytes.iter_mut().skip(at).zip(written).for_each(|(byte, new)| *byte = new);
}
