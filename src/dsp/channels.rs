//! From the channels of a track to the channels of an output. Up to eight channels are speakers in the order of
//! WAVE_FORMAT_EXTENSIBLE (as FLAC, ALAC and WAV have them); folding down follows ITU-R BS.775-3 Annex 4, scaled so that
//! nothing can clip. Called by `engine::render`.

/// -3 dB.
const HALF_POWER: f32 = std::f32::consts::FRAC_1_SQRT_2;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Speaker {
    Left,
    Right,
    Centre,
    LowFrequency,
    BackLeft,
    BackRight,
    BackCentre,
    SideLeft,
    SideRight,
}

/// What the channels of a stream with so many of them are; `None` beyond eight: then they are just numbered.
fn layout(channels: usize) -> Option<&'static [Speaker]> {
    use Speaker::{BackCentre, BackLeft, BackRight, Centre, Left, LowFrequency, Right, SideLeft, SideRight};
    Some(match channels {
        1 => &[Centre],
        2 => &[Left, Right],
        3 => &[Left, Right, Centre],
        4 => &[Left, Right, BackLeft, BackRight],
        5 => &[Left, Right, Centre, BackLeft, BackRight],
        6 => &[Left, Right, Centre, LowFrequency, BackLeft, BackRight],
        7 => &[Left, Right, Centre, LowFrequency, BackCentre, SideLeft, SideRight],
        8 => &[Left, Right, Centre, LowFrequency, BackLeft, BackRight, SideLeft, SideRight],
        _ => return None,
    })
}

/// Where a speaker stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Side {
    Left,
    Right,
    /// Also where channels are just numbered.
    Middle,
}

/// The side of channel number `channel` of so many.
pub fn side(channels: usize, channel: usize) -> Side {
    use Speaker::{BackCentre, BackLeft, BackRight, Centre, Left, LowFrequency, Right, SideLeft, SideRight};
    match layout(channels).and_then(|speakers| speakers.get(channel)) {
        Some(Left | BackLeft | SideLeft) => Side::Left,
        Some(Right | BackRight | SideRight) => Side::Right,
        Some(Centre | LowFrequency | BackCentre) | None => Side::Middle,
    }
}

/// How channel number `channel` of so many counts for loudness (ITU-R BS.1770-5 Annex 1 and 3): speakers at the side and, where
/// there are none at the side, behind count 1.5 dB more; the low-frequency channel does not.
pub fn loudness_weight(channels: usize, channel: usize) -> f64 {
    use Speaker::{BackLeft, BackRight, LowFrequency, SideLeft, SideRight};
    match layout(channels).and_then(|speakers| speakers.get(channel)) {
        Some(LowFrequency) => 0.0,
        Some(SideLeft | SideRight) => 1.41,
        // Of eight they stand behind 120 degrees, else they are the surrounds at 110.
        Some(BackLeft | BackRight) if channels < 8 => 1.41,
        _ => 1.0,
    }
}

/// Where a speaker goes that the output has not, in the order of preference: each a list of speakers with their gains.
fn substitutes(speaker: Speaker) -> &'static [&'static [(Speaker, f32)]] {
    use Speaker::{BackCentre, BackLeft, BackRight, Centre, Left, LowFrequency, Right, SideLeft, SideRight};
    match speaker {
        Left | Right => &[&[(Centre, 0.5)]],
        Centre => &[&[(Left, HALF_POWER), (Right, HALF_POWER)]],
        // BS.775 leaves the low-frequency channel out of a fold-down.
        LowFrequency => &[],
        BackLeft => &[&[(SideLeft, 1.0)], &[(Left, HALF_POWER)], &[(Centre, 0.5 * HALF_POWER)]],
        BackRight => &[&[(SideRight, 1.0)], &[(Right, HALF_POWER)], &[(Centre, 0.5 * HALF_POWER)]],
        SideLeft => &[&[(BackLeft, 1.0)], &[(Left, HALF_POWER)], &[(Centre, 0.5 * HALF_POWER)]],
        SideRight => &[&[(BackRight, 1.0)], &[(Right, HALF_POWER)], &[(Centre, 0.5 * HALF_POWER)]],
        BackCentre => &[
            &[(BackLeft, HALF_POWER), (BackRight, HALF_POWER)],
            &[(SideLeft, HALF_POWER), (SideRight, HALF_POWER)],
            &[(Left, 0.5), (Right, 0.5)],
            &[(Centre, 0.5)],
        ],
    }
}

/// A matrix from input to output channels.
#[derive(Debug, Clone)]
pub struct ChannelMap {
    inputs: usize,
    outputs: usize,
    /// Gains, `inputs` for each output.
    matrix: Vec<f32>,
}

impl ChannelMap {
    pub fn new(inputs: u16, outputs: u16) -> Self {
        let (inputs, outputs) = (usize::from(inputs.max(1)), usize::from(outputs.max(1)));
        let mut matrix = match (inputs, layout(inputs), layout(outputs)) {
            (_, _, _) if inputs == outputs => identity(inputs),
            // One channel is heard at its own level from both front speakers.
            (1, _, Some(to)) => from_mono(to),
            (_, Some(from), Some(to)) => by_speaker(from, to),
            _ => by_number(inputs, outputs),
        };
        scale_to_unity(&mut matrix, inputs);
        Self { inputs, outputs, matrix }
    }

    /// Whether every sample passes as it is.
    pub fn is_identity(&self) -> bool {
        self.inputs == self.outputs
    }

    /// Whether every output sample is silence or an input sample as it is.
    pub fn is_copy(&self) -> bool {
        let copies =
            |row: &[f32]| row.iter().all(|gain| [0.0, 1.0].contains(gain)) && row.iter().sum::<f32>() <= 1.0;
        self.matrix.chunks_exact(self.inputs).all(copies)
    }

    /// Maps the frames of `input` to the beginning of `output`; as many as both hold. Returns them.
    pub fn process(&self, input: &[f32], output: &mut [f32]) -> usize {
        let frames = (input.len() / self.inputs).min(output.len() / self.outputs);
        let (input, output) = (&input[..frames * self.inputs], &mut output[..frames * self.outputs]);
        match (self.inputs, self.outputs) {
            (from, to) if from == to => output.copy_from_slice(input),
            (1, 2) => output.chunks_exact_mut(2).zip(input).for_each(|(frame, sample)| frame.fill(*sample)),
            _ => self.multiply(input, output),
        }
        frames
    }

    fn multiply(&self, input: &[f32], output: &mut [f32]) {
        for (from, to) in input.chunks_exact(self.inputs).zip(output.chunks_exact_mut(self.outputs)) {
            for (sample, gains) in to.iter_mut().zip(self.matrix.chunks_exact(self.inputs)) {
                *sample = from.iter().zip(gains).map(|(sample, gain)| sample * gain).sum();
            }
        }
    }
}

fn identity(channels: usize) -> Vec<f32> {
    (0..channels * channels).map(|cell| f32::from(u8::from(cell % (channels + 1) == 0))).collect()
}

fn from_mono(to: &[Speaker]) -> Vec<f32> {
    to.iter().map(|speaker| f32::from(u8::from(matches!(speaker, Speaker::Left | Speaker::Right)))).collect()
}

fn by_speaker(from: &[Speaker], to: &[Speaker]) -> Vec<f32> {
    let mut matrix = vec![0.0; from.len() * to.len()];
    let row = |speaker: Speaker| to.iter().position(|other| *other == speaker);
    for (input, speaker) in from.iter().enumerate() {
        if let Some(output) = row(*speaker) {
            matrix[output * from.len() + input] += 1.0;
            continue;
        }
        let whole = |places: &&&[(Speaker, f32)]| places.iter().all(|(speaker, _)| row(*speaker).is_some());
        for (speaker, gain) in substitutes(*speaker).iter().find(whole).copied().unwrap_or_default() {
            if let Some(output) = row(*speaker) {
                matrix[output * from.len() + input] += gain;
            }
        }
    }
    matrix
}

/// More channels than have names: each to the output of its number, those beyond folded onto the first.
fn by_number(inputs: usize, outputs: usize) -> Vec<f32> {
    let mut matrix = vec![0.0; inputs * outputs];
    for input in 0..inputs {
        matrix[(input % outputs) * inputs + input] = 1.0;
    }
    matrix
}

/// Full scale in every channel at once stays within full scale.
fn scale_to_unity(matrix: &mut [f32], inputs: usize) {
    let loudest = matrix.chunks_exact(inputs).map(|row| row.iter().sum::<f32>()).fold(0.0, f32::max);
    if loudest > 1.0 {
        matrix.iter_mut().for_each(|gain| *gain /= loudest);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn map(inputs: u16, outputs: u16, input: &[f32]) -> Vec<f32> {
        let map = ChannelMap::new(inputs, outputs);
        let mut output = vec![9.0; input.len() / usize::from(inputs) * usize::from(outputs)];
        map.process(input, &mut output);
        output
    }

    fn assert_near(got: &[f32], expected: &[f32]) {
        assert_eq!(got.len(), expected.len());
        for (got, expected) in got.iter().zip(expected) {
            assert!((got - expected).abs() < 1e-6, "{got} for {expected}");
        }
    }

    #[test]
    fn equal_counts_pass_bit_for_bit() {
        for channels in [1, 2, 6, 11] {
            let samples: Vec<f32> = (0..usize::from(channels) * 7).map(|n| (n as f32).sin()).collect();
            assert_eq!(map(channels, channels, &samples), samples);
        }
    }

    #[test]
    fn copies_are_known() {
        for (inputs, outputs, copies) in
            [(2, 2, true), (1, 2, true), (2, 6, true), (6, 8, true), (9, 12, true)].into_iter().chain([
                (2, 1, false),
                (6, 2, false),
                (12, 9, false),
            ])
        {
            assert_eq!(ChannelMap::new(inputs, outputs).is_copy(), copies, "{inputs} to {outputs}");
        }
    }

    #[test]
    fn mono_and_stereo() {
        assert_eq!(map(1, 2, &[0.5, -0.25]), [0.5, 0.5, -0.25, -0.25]);
        assert_eq!(map(2, 1, &[0.5, -0.25, 1.0, 1.0]), [0.125, 1.0]);
        assert_eq!(map(2, 6, &[0.5, 0.25]), [0.5, 0.25, 0.0, 0.0, 0.0, 0.0]);
        assert_eq!(map(1, 6, &[0.5]), [0.5, 0.5, 0.0, 0.0, 0.0, 0.0]);
    }

    /// ITU-R BS.775-3 Annex 4, table 2: L' = L + 0.7071 C + 0.7071 Ls, R' likewise; here over 1 + 2 * 0.7071.
    #[test]
    fn five_one_folds_to_stereo_by_bs_775() {
        const HALF: f32 = std::f32::consts::FRAC_1_SQRT_2;
        let scale = 1.0 / (1.0 + 2.0 * HALF);
        let names = [(0, 1.0, 0.0), (1, 0.0, 1.0), (2, HALF, HALF), (3, 0.0, 0.0)];
        let surrounds = [(4, HALF, 0.0), (5, 0.0, HALF)];
        for (channel, left, right) in names.into_iter().chain(surrounds) {
            let mut frame = [0.0; 6];
            frame[channel] = 1.0;
            assert_near(&map(6, 2, &frame), &[left * scale, right * scale]);
        }
        assert_near(&map(6, 2, &[1.0; 6]), &[1.0, 1.0]);
    }

    #[test]
    fn nothing_clips_and_nothing_but_the_low_frequencies_is_lost() {
        for inputs in 1..=12_u16 {
            for outputs in 1..=12_u16 {
                let full = map(inputs, outputs, &vec![1.0; usize::from(inputs)]);
                assert!(full.iter().all(|sample| sample.abs() <= 1.0 + 1e-6), "{inputs} to {outputs}");
                for channel in 0..usize::from(inputs) {
                    let mut frame = vec![0.0; usize::from(inputs)];
                    frame[channel] = 1.0;
                    let power: f32 = map(inputs, outputs, &frame).iter().map(|sample| sample * sample).sum();
                    let low = (6..=8).contains(&inputs) && channel == 3;
                    assert!(power > 0.0 || low, "channel {channel} of {inputs} to {outputs}");
                }
            }
        }
    }

    #[test]
    fn rears_find_the_rears_of_another_layout() {
        let mut frame = [0.0; 8];
        frame[6] = 1.0;
        let folded = map(8, 6, &frame);
        assert!(folded[4] > 0.0 && folded[0] == 0.0);
    }
}
