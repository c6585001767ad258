//! What an AAC stream holds beyond its low-complexity core, which is all that is decoded (ISO 14496-3 §1.6.2.1 and
//! §1.6.5). Called by `stream`.

const SBR: &str = "HE-AAC: the upper band is not decoded";
const PARAMETRIC_STEREO: &str = "HE-AAC v2: the upper band and the stereo image are not decoded";
/// Begins the part that tells of SBR to decoders that know of it.
const SYNC: u32 = 0x2b7;

/// Bits of an AudioSpecificConfig.
struct Bits<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl Bits<'_> {
    fn take(&mut self, count: usize) -> Option<u32> {
        (0..count).try_fold(0, |number, _| {
            let byte = *self.bytes.get(self.at / 8)?;
            let bit = byte >> (7 - self.at % 8) & 1;
            self.at += 1;
            Some(number << 1 | u32::from(bit))
        })
    }

    fn object_type(&mut self) -> Option<u32> {
        match self.take(5)? {
            31 => Some(32 + self.take(6)?),
            kind => Some(kind),
        }
    }

    fn rate(&mut self) -> Option<()> {
        let is_explicit = self.take(4)? == 15;
        self.take(if is_explicit { 24 } else { 0 }).map(|_| ())
    }
}

/// What of the stream with this AudioSpecificConfig is lost, in words for people.
pub(super) fn lost(config: &[u8]) -> Option<&'static str> {
    let mut bits = Bits { bytes: config, at: 0 };
    match bits.object_type()? {
        5 => return Some(SBR),
        29 => return Some(PARAMETRIC_STEREO),
        _ => {}
    }
    // Told behind the core's own: frame length, core coder, extension, then the sync word.
    bits.rate()?;
    bits.take(4)?;
    bits.take(1)?;
    let delay = if bits.take(1)? == 1 { 14 } else { 0 };
    bits.take(delay)?;
    bits.take(1)?;
    if bits.take(11)? != SYNC || bits.object_type()? != 5 || bits.take(1)? != 1 {
        return None;
    }
    let rate = bits.rate();
    let is_parametric = rate.is_some() && bits.take(11) == Some(0x548) && bits.take(1) == Some(1);
    Some(if is_parametric { PARAMETRIC_STEREO } else { SBR })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Configs as encoders write them: LC at 44.1 kHz stereo; the same told as HE-AAC in three ways.
    #[test]
    fn configs_tell_what_is_beyond_the_core() {
        assert_eq!(lost(&[0x12, 0x10]), None);
        // Object type 5, 22.05 kHz, stereo, extended to 44.1 kHz, core of type 2.
        assert_eq!(lost(&[0x2b, 0x92, 0x08, 0x00]), Some(SBR));
        assert_eq!(lost(&[0xeb, 0x8a, 0x08, 0x00]), Some(PARAMETRIC_STEREO));
        // LC at 22.05 kHz stereo, then 0x2b7, type 5, present, 44.1 kHz; and with 0x548 and a one behind.
        assert_eq!(lost(&[0x13, 0x90, 0x56, 0xe5, 0xa0]), Some(SBR));
        assert_eq!(lost(&[0x13, 0x88, 0x56, 0xe5, 0xa5, 0x48, 0x80]), Some(PARAMETRIC_STEREO));
        assert_eq!(lost(&[0x13, 0x90, 0x56, 0xe5, 0x00]), None);
        assert_eq!(lost(&[0x12]), None);
        assert_eq!(lost(&[]), None);
    }
}
