//! Musical keys: their names, those of the Camelot wheel, and how near two are. Made by `analysis`, used for ordering.

use std::fmt;

use serde::{Deserialize, Serialize};

/// Major or minor.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Mode {
    Major,
    Minor,
}

/// The key of a track.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Key {
    /// Pitch class of its tonic: 0 is C, 11 is B.
    pub tonic: u8,
    pub mode: Mode,
    /// How well the track's pitch classes agree with it, 0 to 1 (correlation with the profile).
    pub strength: f32,
}

/// A key without its strength: two of one name are equal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Tonality {
    /// As [`Key::tonic`].
    pub tonic: u8,
    pub mode: Mode,
}

impl Tonality {
    pub fn key(self) -> Key {
        Key { tonic: self.tonic, mode: self.mode, strength: 1.0 }
    }

    /// See [`Key::parse`].
    pub fn parse(text: &str) -> Option<Self> {
        Key::parse(text).map(Key::tonality)
    }

    /// As musicians write it: `Am`, `C#m`, `Eb`.
    pub fn short(self) -> String {
        let minor = if self.mode == Mode::Minor { "m" } else { "" };
        format!("{}{minor}", PITCH_CLASSES[usize::from(self.tonic % 12)])
    }

    /// As disc jockeys write it: `8A`.
    pub fn camelot(self) -> String {
        let (hour, ring) = self.key().camelot();
        format!("{hour}{ring}")
    }

    /// Place round the Camelot wheel: 1A, 1B, 2A, ... 12B.
    pub fn place(self) -> u8 {
        let (hour, ring) = self.key().camelot();
        (hour - 1) * 2 + u8::from(ring == 'B')
    }
}

/// Pitch classes as they are written.
pub const PITCH_CLASSES: [&str; 12] = ["C", "C#", "D", "Eb", "E", "F", "F#", "G", "Ab", "A", "Bb", "B"];

impl Key {
    pub fn tonality(self) -> Tonality {
        Tonality { tonic: self.tonic % 12, mode: self.mode }
    }

    /// Hour on the Camelot wheel, 1 to 12, and its ring: A is minor, B major.
    pub fn camelot(self) -> (u8, char) {
        let (relative, ring) = match self.mode {
            Mode::Major => (self.tonic, 'B'),
            Mode::Minor => ((self.tonic + 3) % 12, 'A'),
        };
        // C major is 8B; a fifth up is an hour on.
        ((relative * 7 + 7) % 12 + 1, ring)
    }

    /// Steps on the circle of fifths from one to the other, a change of mode counting one: 0 for the same key, 1 for the
    /// fifths and the relative, 7 at most.
    pub fn steps_to(self, other: Self) -> u8 {
        let ((hour, ring), (other_hour, other_ring)) = (self.camelot(), other.camelot());
        let apart = hour.abs_diff(other_hour);
        apart.min(12 - apart) + u8::from(ring != other_ring)
    }

    /// Reads `C#m`, `Dbmin`, `A minor`, `G`, `Bb major`, `8A`: what a tag or a query calls a key. Its strength is 1.
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        Self::parse_camelot(text).or_else(|| Self::parse_name(text))
    }

    fn parse_camelot(text: &str) -> Option<Self> {
        let ring = text.chars().next_back()?.to_ascii_uppercase();
        let hour: u8 = text.get(..text.len() - ring.len_utf8())?.parse().ok()?;
        let of = |tonic, mode| Self { tonic, mode, strength: 1.0 };
        let keys = (0..12).flat_map(|tonic| [of(tonic, Mode::Major), of(tonic, Mode::Minor)]);
        keys.into_iter().find(|key| key.camelot() == (hour, ring))
    }

    fn parse_name(text: &str) -> Option<Self> {
        let mut letters = text.chars();
        let natural = match letters.next()?.to_ascii_uppercase() {
            'C' => 0,
            'D' => 2,
            'E' => 4,
            'F' => 5,
            'G' => 7,
            'A' => 9,
            'B' => 11,
            _ => return None,
        };
        let rest = letters.as_str();
        let (shift, rest) = match rest.chars().next() {
            Some(sharp @ ('#' | '♯')) => (1, &rest[sharp.len_utf8()..]),
            Some(flat @ ('b' | '♭')) => (11, &rest[flat.len_utf8()..]),
            _ => (0, rest),
        };
        let mode = match rest.trim() {
            "M" => Mode::Major,
            mode => match mode.to_ascii_lowercase().as_str() {
                "" | "maj" | "major" => Mode::Major,
                "m" | "min" | "minor" => Mode::Minor,
                _ => return None,
            },
        };
        Some(Self { tonic: (natural + shift) % 12, mode, strength: 1.0 })
    }
}

impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mode = if self.mode == Mode::Major { "major" } else { "minor" };
        write!(f, "{} {mode}", PITCH_CLASSES[usize::from(self.tonic % 12)])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(text: &str) -> Key {
        Key::parse(text).unwrap_or_else(|| panic!("{text} is no key"))
    }

    #[test]
    fn the_camelot_wheel_is_as_it_is_printed() {
        let wheel =
            [("C", "8B"), ("Am", "8A"), ("G", "9B"), ("E", "12B"), ("B", "1B"), ("Abm", "1A"), ("F", "7B")];
        for (name, code) in wheel {
            let (hour, ring) = key(name).camelot();
            assert_eq!(format!("{hour}{ring}"), code, "{name}");
            assert_eq!(key(code), key(name));
        }
    }

    #[test]
    fn keys_are_read_as_people_write_them() {
        for (text, shown) in
            [("c#m", "C# minor"), ("Db min", "C# minor"), ("A♭ Major", "Ab major"), ("BM", "B major")]
        {
            assert_eq!(key(text).to_string(), shown);
        }
        for text in ["", "H", "C##", "Cmix", "13A", "0B", "8C", "é"] {
            assert_eq!(Key::parse(text), None, "{text}");
        }
    }

    #[test]
    fn short_names_and_camelot_codes_read_back_and_the_wheel_has_a_place_for_each() {
        let mut places: Vec<u8> = Vec::new();
        for tonic in 0..12 {
            for mode in [Mode::Major, Mode::Minor] {
                let one = Tonality { tonic, mode };
                assert_eq!(Tonality::parse(&one.short()), Some(one));
                assert_eq!(Tonality::parse(&one.camelot()), Some(one));
                places.push(one.place());
            }
        }
        places.sort_unstable();
        assert_eq!(places, (0..24).collect::<Vec<u8>>());
        assert_eq!(
            (key("C#m").tonality().short(), key("8A").tonality().short()),
            ("C#m".into(), "Am".into())
        );
    }

    #[test]
    fn every_key_reads_back() {
        for tonic in 0..12 {
            for mode in [Mode::Major, Mode::Minor] {
                let one = Key { tonic, mode, strength: 1.0 };
                assert_eq!(key(&one.to_string()), one);
            }
        }
    }

    #[test]
    fn fifths_and_relatives_are_near() {
        let steps = |a: &str, b: &str| key(a).steps_to(key(b));
        assert_eq!([steps("C", "C"), steps("C", "G"), steps("C", "Am"), steps("C", "F")], [0, 1, 1, 1]);
        assert_eq!(steps("C", "F#"), 6);
        assert_eq!(steps("C", "D"), steps("D", "C"));
    }
}
