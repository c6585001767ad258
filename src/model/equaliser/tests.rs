//! Curves and their texts.

use super::*;

/// As AutoEq writes it (`ParametricEQ.txt`).
const PARAMETRIC: &str = "Preamp: -6.5 dB\r\nFilter 1: ON LSC Fc 105 Hz Gain 5.5 dB Q 0.70\r\n\
    Filter 2: ON PK Fc 2313.5 Hz Gain -2.4 dB Q 1.99\nFilter 3: OFF PK Fc 1 Hz Gain 1 dB Q 1\n\
    # a word\n\nFilter: ON HSC Fc 10000 Hz Gain -3,5 dB\nFilter 5: ON PK Fc 300 Hz Gain 1 dB BW Oct 1\n";

#[test]
fn filters_of_autoeq_are_read_and_written_back() {
    let curve = Equaliser::read("HD 650", PARAMETRIC).unwrap();
    let band = |shape, hz, q, gain_db| Band { shape, hz, q, gain_db };
    let expected = [
        band(Shape::LowShelf, 105.0, 0.7, 5.5),
        band(Shape::Peak, 2313.5, 1.99, -2.4),
        band(Shape::HighShelf, 10_000.0, std::f32::consts::FRAC_1_SQRT_2, -3.5),
        // An octave between the points of half the dB: the root of 2.
        band(Shape::Peak, 300.0, std::f32::consts::SQRT_2, 1.0),
    ];
    assert_eq!((curve.name(), curve.preamp_db()), ("HD 650", -6.5));
    assert_eq!(curve.bands()[..3], expected[..3]);
    assert!((curve.bands()[3].q - expected[3].q).abs() < 1e-6);
    assert_eq!(Equaliser::read("HD 650", &curve.text()), Ok(curve));
}

#[test]
fn a_graphic_line_is_gone_through_at_every_third_of_an_octave() {
    // A dip, a hill and a slope, as headphones have them.
    let wanted = |hz: f32| {
        let x = hz.log2();
        -3.0 * (-(x - 7.5).powi(2)).exp() - 6.0 + 4.0 * (-(x - 11.6).powi(2) * 2.0).exp() - 0.4 * (x - 10.0)
    };
    let points: Vec<String> = (0..127)
        .map(|n| 20.0 * 1000f32.powf(n as f32 / 126.0))
        .map(|hz| format!("{hz:.1} {:.2}", wanted(hz)))
        .collect();
    let curve = Equaliser::read("x", &format!("GraphicEQ: {}", points.join("; "))).unwrap();
    assert_eq!(curve.bands().len(), 31);
    for n in 0..=60 {
        let hz = 20.0 * 1000f32.powf(n as f32 / 60.0);
        let (got, wanted) = (curve.preamp_db() + curve.response_db(hz), wanted(hz));
        assert!((got - wanted).abs() < 0.35, "{hz} Hz: {got} dB, not {wanted}");
    }
}

#[test]
fn what_cannot_be_done_is_told_with_its_line() {
    let why = |text: &str| Equaliser::read("x", text).unwrap_err().to_string();
    assert_eq!(why(""), "it has no filters");
    assert_eq!(why("Preamp: loud"), "line 1: `Preamp:` needs a number of dB");
    assert_eq!(
        why("Preamp: 0 dB\nFilter 1: ON LPQ Fc 100 Hz Q 1"),
        "line 2: a filter `LPQ` is not known here; PK, LSC and HSC are"
    );
    assert_eq!(why("Filter 1: ON PK Fc 0 Hz Gain 1 dB Q 1"), "line 1: a filter needs `Fc` and Hz");
    assert_eq!(why("Channel: L"), "line 1: `channel:` is not known here");
    assert_eq!(why("GraphicEQ: 20 nan"), "line 1: `20 nan` is no pair of Hz and dB");
    let many = "Filter: ON PK Fc 100 Hz Gain 1 dB Q 1\n".repeat(33);
    assert_eq!(why(&many), "line 33: more than 32 filters");
}

#[test]
fn the_automatic_preamp_is_what_the_bands_raise_most() {
    let curve = Equaliser::new("x", None, [Band::peak(1_000.0, 1.0, 6.0), Band::low_shelf(100.0, -3.0)]);
    assert!((curve.preamp_db() + curve.response_db(1_000.0)).abs() < 1e-3);
    let cuts = Equaliser::new("x", None, [Band::peak(1_000.0, 1.0, -6.0)]);
    assert!(cuts.preamp_db().abs() < 0.01, "{}", cuts.preamp_db());
    assert!(Equaliser::default().is_flat() && !cuts.is_flat());
    assert_eq!(Equaliser::new("x", Some(f32::NAN), []).preamp_db(), -Equaliser::MOST_DB);
}

#[test]
fn bands_are_moved_made_and_dropped_by_their_frequency() {
    let mut curve = Equaliser::default();
    assert_eq!(curve.set_band(1_000.0, |db| db + 3.0, None), Ok(5));
    assert_eq!(curve.set_band(1_010.0, |db| db + 40.0, Some(2.0)), Ok(5), "near is the same");
    assert_eq!(curve.bands()[5], Band::peak(1_000.0, 2.0, 24.0));
    assert_eq!(curve.set_band(3_000.0, |_| -2.0, None), Ok(7));
    assert_eq!(curve.bands().len(), 11);
    assert_eq!(curve.drop_band(3_000.0), Ok(()));
    assert_eq!(curve.drop_band(3_000.0), Err(NoBand::Missing));
    let full = Equaliser::new("x", None, (0..40).map(|n| Band::peak(20.0 * 1.2f32.powi(n), 1.0, 0.0)));
    assert_eq!(full.bands().len(), Equaliser::MOST_BANDS);
    assert_eq!(full.clone().set_band(11.0, |_| 1.0, None), Err(NoBand::Full));
}

#[test]
fn presets_have_names_of_their_own_and_follow_each_other() {
    let mut curve = Equaliser::default();
    for (name, gains, _) in PRESETS {
        assert_eq!(curve.name(), *name);
        assert_eq!(Equaliser::preset(name), Some(Equaliser::graphic(name, *gains)));
        assert!(Equaliser::is_name(name));
        curve = curve.next_preset();
    }
    assert_eq!(curve, Equaliser::default());
    assert_eq!(Equaliser::preset("none"), None);
    for bad in ["", "..", "a/b", ".x", " x", "x\n", "-x"] {
        assert!(!Equaliser::is_name(bad), "{bad:?}");
    }
}

proptest::proptest! {
    #[test]
    fn no_text_breaks_the_reader(text in "(Preamp: |Filter 1: ON PK |Fc |Gain |Q |GraphicEQ: |[0-9.;,\\- \n]|\\PC){0,40}") {
        if let Ok(curve) = Equaliser::read("x", &text) {
            proptest::prop_assert!(curve.bands().len() <= Equaliser::MOST_BANDS);
            proptest::prop_assert!(curve.response_db(1_000.0).is_finite() && curve.preamp_db().is_finite());
        }
    }
}
