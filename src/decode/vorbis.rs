//! What must be known of a Vorbis setup header without a decoder's tables: block sizes, and the order of channel coupling.
//! Called by `measure` and `decoder`.
//!
//! The header's end can be read backwards (Vorbis I §4.2.4): a framing bit, the modes, their number, the mappings, their
//! number. Code books, floors and residues stand before that.

/// Block sizes of a Vorbis stream and the size of the last block seen.
#[derive(Clone)]
pub(super) struct VorbisBlocks {
    sizes: [u64; 2],
    /// For each mode, whether it is a long block.
    modes: std::sync::Arc<[bool]>,
    last: Option<u64>,
}

impl VorbisBlocks {
    /// `extra` is the identification header and the setup header behind it.
    pub(super) fn new(extra: &[u8]) -> Option<Self> {
        let ident = extra.strip_prefix(b"\x01vorbis")?;
        let exponents = *ident.get(21)?;
        let sizes = [1 << (exponents & 15), 1 << (exponents >> 4)];
        Some(Self {
            sizes,
            modes: Setup::new(extra)?.modes.iter().map(|mode| mode.is_long).collect(),
            last: None,
        })
    }

    pub(super) fn reset(&mut self) {
        self.last = None;
    }

    /// Half of either block overlaps: a block gives a quarter of itself and a quarter of the one before, the first one
    /// half of itself (Vorbis I §4.3.8).
    pub(super) fn frames(&mut self, packet: &[u8]) -> Option<u64> {
        let first = *packet.first()?;
        let bits = (self.modes.len() - 1).checked_ilog2().map_or(0, |log| log + 1);
        let mode = usize::from(first >> 1) & ((1 << bits) - 1);
        if first & 1 == 1 {
            return None;
        }
        let size = self.sizes[usize::from(*self.modes.get(mode)?)];
        let frames = self.last.map_or(size / 2, |last| (last + size) / 4);
        self.last = Some(size);
        Some(frames)
    }
}

/// Makes a decoder that undoes channel coupling from the first step to the last do it from the last to the first, as
/// Vorbis I §4.3.5 asks, by writing the steps down in reverse. symphonia 0.6.1 has the order wrong, which only shows
/// where steps build on one another: from three channels on. `None` where the header is not understood.
pub(super) fn reverse_couplings(extra: &[u8]) -> Option<Box<[u8]>> {
    let channels = *extra.strip_prefix(b"\x01vorbis")?.get(4)?;
    let mut fixed: Box<[u8]> = extra.into();
    for mapping in Setup::new(extra)?.mappings(channels)? {
        let step = 2 * mapping.channel_bits;
        for i in 0..mapping.steps {
            let (from, to) =
                (mapping.first_step + i * step, mapping.first_step + (mapping.steps - 1 - i) * step);
            for bit in 0..step {
                let value = Bits(extra).bit(from + bit);
                let byte = fixed.get_mut((to + bit) / 8)?;
                *byte = *byte & !(1 << ((to + bit) % 8)) | value << ((to + bit) % 8);
            }
        }
    }
    Some(fixed)
}

/// Least significant bit first.
#[derive(Clone, Copy)]
struct Bits<'a>(&'a [u8]);

impl Bits<'_> {
    fn bit(self, at: usize) -> u8 {
        self.0.get(at / 8).map_or(0, |byte| byte >> (at % 8) & 1)
    }

    fn number(self, at: usize, bits: usize) -> usize {
        (0..bits).fold(0, |sum, i| sum | usize::from(self.bit(at + i)) << i)
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Mode {
    is_long: bool,
    mapping: usize,
}

/// The end of a setup header.
struct Setup<'a> {
    bits: Bits<'a>,
    modes: Vec<Mode>,
    /// Where the number of modes stands.
    modes_at: usize,
}

/// Where the coupling steps of one mapping stand, in bits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Mapping {
    start: usize,
    first_step: usize,
    steps: usize,
    /// Of one channel number; a step has two.
    channel_bits: usize,
}

impl<'a> Setup<'a> {
    /// Each mode has 8 bits of mapping, before them 16 of transform and 16 of window type, both zero, and the flag of
    /// long blocks; before the first mode are 6 bits of their number less one.
    fn new(header: &'a [u8]) -> Option<Self> {
        let bits = Bits(header);
        let framing = (0..header.len() * 8).rev().find(|&at| bits.bit(at) == 1)?;
        let mut at = framing;
        let mut modes = Vec::new();
        let mut found = None;
        while modes.len() < 64 && at >= 41 + 6 {
            at -= 41;
            let mapping = bits.number(at + 33, 8);
            if mapping > 63 || bits.number(at + 1, 32) != 0 {
                break;
            }
            modes.push(Mode { is_long: bits.bit(at) == 1, mapping });
            if bits.number(at - 6, 6) + 1 == modes.len() {
                found = Some((modes.len(), at - 6));
            }
        }
        let (count, modes_at) = found?;
        modes.truncate(count);
        modes.reverse();
        Some(Self { bits, modes, modes_at })
    }

    /// All mappings, from the last to the first.
    fn mappings(&self, channels: u8) -> Option<Vec<Mapping>> {
        let count = self.modes.iter().map(|mode| mode.mapping).max()? + 1;
        let mut found = Vec::new();
        self.before(self.modes_at, channels, count, &mut found).then_some(found)
    }

    /// Finds `left` mappings that end at `end` and have their number before them.
    fn before(&self, end: usize, channels: u8, left: usize, found: &mut Vec<Mapping>) -> bool {
        if left == 0 {
            return end >= 6 && self.bits.number(end - 6, 6) + 1 == found.len();
        }
        for submaps in 0..=16 {
            for steps in 0..=usize::from(channels) {
                if let Some(mapping) = self.mapping(end, channels, submaps, steps) {
                    found.push(mapping);
                    if self.before(mapping.start, channels, left - 1, found) {
                        return true;
                    }
                    found.pop();
                }
            }
        }
        false
    }

    /// The mapping that ends at `end`, if it can be one with so many submaps (0: one, not written) and coupling steps.
    fn mapping(&self, end: usize, channels: u8, submaps: usize, steps: usize) -> Option<Mapping> {
        let number = |at, bits| self.bits.number(at, bits);
        let channel_bits = (usize::from(channels) - 1).checked_ilog2().map_or(0, |log| log as usize + 1);
        let submap_len = if submaps > 0 { 5 } else { 1 };
        let coupling_len = if steps > 0 { 9 + steps * 2 * channel_bits } else { 1 };
        let multiplex_len = if submaps > 1 { 4 * usize::from(channels) } else { 0 };
        let tables_at = end.checked_sub(24 * submaps.max(1))?;
        let coupling_at = tables_at.checked_sub(multiplex_len + 2 + coupling_len)?;
        let start = coupling_at.checked_sub(submap_len + 16)?;
        let submaps_fit = match submaps {
            0 => number(start + 16, 1) == 0,
            _ => number(start + 16, 5) == 1 | (submaps - 1) << 1,
        };
        let steps_fit = match steps {
            0 => number(coupling_at, 1) == 0,
            _ => number(coupling_at, 9) == 1 | (steps - 1) << 1,
        };
        let first_step = coupling_at + 9;
        let channels_fit = (0..steps).all(|step| {
            let at = first_step + step * 2 * channel_bits;
            let (magnitude, angle) = (number(at, channel_bits), number(at + channel_bits, channel_bits));
            magnitude != angle && magnitude.max(angle) < usize::from(channels)
        });
        let is_reserved_zero = number(coupling_at + coupling_len, 2) == 0;
        let tables_fit = (0..submaps.max(1)).all(|submap| {
            let at = tables_at + 24 * submap;
            number(at, 8) == 0 && number(at + 8, 8) < 64 && number(at + 16, 8) < 64
        });
        let fits = number(start, 16) == 0
            && submaps_fit
            && steps_fit
            && channels_fit
            && is_reserved_zero
            && tables_fit;
        fits.then_some(Mapping { start, first_step, steps, channel_bits })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Fields of a setup header's end, as bits.
    fn pack(fields: &[(usize, usize)]) -> Vec<u8> {
        let bits: Vec<u8> =
            fields.iter().flat_map(|&(value, len)| (0..len).map(move |i| (value >> i & 1) as u8)).collect();
        bits.chunks(8).map(|byte| byte.iter().rev().fold(0, |sum, bit| sum << 1 | bit)).collect()
    }

    /// Two modes as libvorbis writes them: short with mapping 0, long with mapping 1.
    const MODES: [(usize, usize); 8] = [(1, 6), (0, 1), (0, 32), (0, 8), (1, 1), (0, 32), (1, 8), (1, 1)];

    #[test]
    fn the_modes_of_a_setup_header_are_read_from_its_end() {
        let bytes = pack(&[&[(0x1fff, 13)][..], &MODES].concat());
        let modes = Setup::new(&bytes).unwrap().modes;
        assert_eq!(modes, [Mode { is_long: false, mapping: 0 }, Mode { is_long: true, mapping: 1 }]);
        let mut blocks = VorbisBlocks { sizes: [256, 2_048], modes: [false, true].into(), last: None };
        let frames: Vec<_> = [0b00, 0b00, 0b10, 0b10].map(|byte| blocks.frames(&[byte])).into();
        assert_eq!(frames, [Some(128), Some(128), Some(576), Some(1_024)]);
        assert_eq!(blocks.frames(&[1]), None);
    }

    #[test]
    fn coupling_steps_are_written_in_reverse() {
        let header = |steps: [[usize; 2]; 2]| {
            let couple = steps.concat().into_iter().map(|channel| (channel, 3)).collect::<Vec<_>>();
            let mapping = [
                &[(0, 16), (1, 1), (1, 4), (1, 1), (1, 8)][..],
                &couple,
                &[(0, 2)],
                &[(0, 4), (0, 4), (0, 4), (0, 4), (0, 4), (1, 4)],
                &[(0, 8), (0, 8), (0, 8), (0, 8), (1, 8), (1, 8)],
            ];
            let mapping = mapping.concat();
            let setup = [&[(0xab_cdef, 24), (1, 6)][..], &mapping, &mapping, &MODES].concat();
            [b"\x01vorbis\0\0\0\0\x06".as_slice(), &[0; 18], &pack(&setup)].concat()
        };
        let fixed = reverse_couplings(&header([[0, 2], [2, 4]])).unwrap();
        assert_eq!(fixed.as_ref(), header([[2, 4], [0, 2]]));
        assert_eq!(reverse_couplings(b"\x01vorbis\0\0\0\0\x06 nothing"), None);
    }
}
