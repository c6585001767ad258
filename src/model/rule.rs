//! Rules: what mastering is to be where music is of a genre or an album, or is heard on a device. A rule says only what it is about;
//! all else is as it is set.

use serde::{Deserialize, Serialize};

use super::fold::fold;
use super::mastering::{Intensity, MasteringSettings, Preset, Target};
use super::taste::{Aspect, ByHand};
use crate::say;

/// What a rule holds for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum RuleOf {
    /// A part of the name of a device.
    Device(String),
    /// A whole genre.
    Genre(String),
    /// A whole title, of an artist or of any.
    Album { title: String, artist: Option<String> },
}

impl RuleOf {
    /// Of letters of a name.
    pub const LONGEST: usize = 200;

    /// What is more special wins: an album over a genre over a device; of an album, one whose artist is said.
    fn rank(&self) -> u8 {
        match self {
            Self::Device(_) => 0,
            Self::Genre(_) => 1,
            Self::Album { artist: None, .. } => 2,
            Self::Album { artist: Some(_), .. } => 3,
        }
    }

    fn names(&self) -> [&str; 2] {
        match self {
            Self::Device(name) | Self::Genre(name) => [name, name],
            Self::Album { title, artist } => [title, artist.as_deref().unwrap_or(title)],
        }
    }

    /// Both hold for the same, whatever the case.
    pub fn is_same(&self, other: &Self) -> bool {
        let names = |of: &Self| of.names().map(fold);
        self.rank() == other.rank() && names(self) == names(other)
    }

    fn holds_for(&self, traits: &Traits) -> bool {
        match self {
            Self::Device(part) => {
                traits.device.as_deref().is_some_and(|device| fold(device).contains(&fold(part)))
            }
            Self::Genre(genre) => {
                let genre = fold(genre);
                traits.most(|track| track.genres.iter().any(|one| fold(one) == genre))
            }
            Self::Album { title, artist } => {
                let (title, artist) = (fold(title), artist.as_deref().map(fold));
                let is_by = |track: &TrackTraits| {
                    artist.as_ref().is_none_or(|artist| track.artists.iter().any(|one| fold(one) == *artist))
                };
                traits.most(|track| fold(&track.album) == title && is_by(track))
            }
        }
    }
}

impl std::fmt::Display for RuleOf {
    /// `genre Jazz`, `album Blue by Joni Mitchell`, `device headphones`
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Device(name) => write!(f, "device {name}"),
            Self::Genre(name) => write!(f, "genre {name}"),
            Self::Album { title, artist: None } => write!(f, "album {title}"),
            Self::Album { title, artist: Some(artist) } => write!(f, "album {title} by {artist}"),
        }
    }
}

/// What rules look at.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Traits {
    /// Of the tracks that share one plan.
    pub tracks: Vec<TrackTraits>,
    /// The name of the output; `None`: there is none, as where music is mastered to files.
    pub device: Option<String>,
}

/// What a track says of itself.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct TrackTraits {
    pub genres: Vec<String>,
    pub album: String,
    /// Of the track, and of the album.
    pub artists: Vec<String>,
}

impl Traits {
    /// Of half of the tracks or more: an album with one track of another genre stays what it is.
    fn most(&self, is_so: impl Fn(&TrackTraits) -> bool) -> bool {
        let count = self.tracks.iter().filter(|track| is_so(track)).count();
        count > 0 && 2 * count >= self.tracks.len()
    }
}

/// What is to be. `None`: as it is set.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Rule {
    pub of: RuleOf,
    #[serde(default)]
    pub preset: Option<Preset>,
    /// 0: it is heard as it is.
    #[serde(default)]
    pub intensity: Option<Intensity>,
    #[serde(default)]
    pub target: Option<Target>,
    #[serde(default)]
    pub taste: ByHand,
}

/// A thing that a rule can say.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Saying {
    Preset(Preset),
    Intensity(Intensity),
    Target(Target),
    Taste(Aspect, f32),
}

impl Saying {
    /// `gentle`, `60%`, `off`, `preset=gentle`, `intensity=60`, `target=-18`, `bass=+1`, `treble=-1`, `density=0.5`
    pub fn parse(word: &str) -> Option<Self> {
        let percent =
            |text: &str| text.parse().ok().filter(|percent| (0..=100).contains(percent)).map(Intensity::new);
        match word.split_once('=') {
            None if word == "off" => Some(Self::Intensity(Intensity::new(0))),
            None => match word.strip_suffix('%') {
                Some(text) => percent(text).map(Self::Intensity),
                None => Preset::parse(word).map(Self::Preset),
            },
            Some(("preset", name)) => Preset::parse(name).map(Self::Preset),
            Some(("intensity", text)) => percent(text.trim_end_matches('%')).map(Self::Intensity),
            Some(("target", text)) => Target::parse(text).map(Self::Target),
            Some((name, number)) => {
                let aspect = Aspect::parse(name)?;
                let value: f32 = number.parse().ok()?;
                (value.abs() <= aspect.most()).then_some(Self::Taste(aspect, value))
            }
        }
    }
}

impl std::fmt::Display for Saying {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Preset(preset) => f.write_str(preset.name()),
            Self::Intensity(intensity) if intensity.percent() == 0 => f.write_str("off"),
            Self::Intensity(intensity) => write!(f, "{}%", intensity.percent()),
            Self::Target(target) => write!(f, "target={target}"),
            Self::Taste(aspect, value) => write!(f, "{}={value:+}", aspect.name()),
        }
    }
}

impl Rule {
    pub fn new(of: RuleOf, said: &[Saying]) -> Self {
        let mut rule = Self { of, preset: None, intensity: None, target: None, taste: ByHand::default() };
        for saying in said {
            match *saying {
                Saying::Preset(preset) => rule.preset = Some(preset),
                Saying::Intensity(intensity) => rule.intensity = Some(intensity),
                Saying::Target(target) => rule.target = Some(target),
                Saying::Taste(aspect, value) => rule.taste.set(aspect, value),
            }
        }
        rule
    }

    /// All that it says.
    pub fn said(&self) -> Vec<Saying> {
        let taste = |aspect: Aspect| Some(Saying::Taste(aspect, self.taste.get(aspect)?));
        let rest = [
            self.preset.map(Saying::Preset),
            self.intensity.map(Saying::Intensity),
            self.target.map(Saying::Target),
        ];
        rest.into_iter().chain(Aspect::ALL.map(taste)).flatten().collect()
    }

    /// Why it cannot be; from a file anything may come.
    pub fn check(&self) -> Result<(), String> {
        let music = &self.of;
        let bounds = Target::LEAST..=Target::MOST;
        let beyond = |aspect: Aspect, value: Option<f32>| {
            value.is_some_and(|value| !(value.is_finite() && value.abs() <= aspect.most()))
        };
        // It comes to terminals.
        if self.of.names().iter().any(|name| name.chars().any(char::is_control)) {
            return Err(say!("the name of a rule holds a control character").to_owned());
        }
        if self.of.names().iter().any(|name| name.trim().is_empty() || name.chars().count() > RuleOf::LONGEST)
        {
            return Err(say!("the rule for {music} has no name, or one that is too long", music));
        }
        if self.target.and_then(Target::lufs).is_some_and(|lufs| !bounds.contains(&lufs)) {
            return Err(say!(
                "the rule for {music} asks for a loudness that is not from -36 to -8 LUFS",
                music
            ));
        }
        if self.intensity.is_some_and(|intensity| intensity.percent() > 100) {
            return Err(say!("the rule for {music} asks for more than 100 %", music));
        }
        let ByHand { bass_db, treble_db, density } = self.taste;
        if beyond(Aspect::Bass, bass_db)
            || beyond(Aspect::Treble, treble_db)
            || beyond(Aspect::Density, density)
        {
            return Err(say!("the rule for {music} asks for a taste beyond its bounds", music));
        }
        if self.said().is_empty() { Err(say!("the rule for {music} says nothing", music)) } else { Ok(()) }
    }
}

impl std::fmt::Display for Rule {
    /// `genre Jazz: gentle, target=-18`
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let said: Vec<String> = self.said().iter().map(Saying::to_string).collect();
        write!(f, "{}: {}", self.of, said.join(", "))
    }
}

/// Most rules that are kept.
pub const MOST_RULES: usize = 200;

/// The rules that hold, the most special last; of one kind, the one that was made last.
pub fn holding<'r>(rules: &'r [Rule], traits: &Traits) -> Vec<&'r Rule> {
    let mut holding: Vec<&Rule> = rules.iter().filter(|rule| rule.of.holds_for(traits)).collect();
    holding.sort_by_key(|rule| rule.of.rank());
    holding
}

/// The settings as these rules have them, later ones over earlier ones, and what came of each, in words. With `matches` the loudness
/// is that of a reference, whatever a rule says.
pub fn ruled(
    settings: &MasteringSettings,
    holding: &[&Rule],
    matches: bool,
) -> (MasteringSettings, Vec<String>) {
    let (mut settings, mut words) = (*settings, Vec::new());
    for (at, rule) in holding.iter().enumerate() {
        let later = || holding[at + 1..].iter().flat_map(|rule| rule.said());
        let is_of = |one: &Saying, other: &Saying| match (one, other) {
            (Saying::Taste(one, _), Saying::Taste(other, _)) => one == other,
            (one, other) => std::mem::discriminant(one) == std::mem::discriminant(other),
        };
        let mut said = rule.said();
        said.retain(|saying| !later().any(|other| is_of(saying, &other)));
        said.retain(|saying| !(matches && matches!(saying, Saying::Target(_))));
        for saying in &said {
            match *saying {
                Saying::Preset(preset) => settings.preset = preset,
                Saying::Intensity(intensity) => settings.intensity = intensity,
                Saying::Target(target) => settings.target = target,
                Saying::Taste(aspect, value) => settings.taste.set(aspect, value),
            }
        }
        if !said.is_empty() {
            words.push((said, &rule.of));
        }
    }
    if settings.intensity.percent() == 0 {
        // Where nothing is done, nothing else is of account.
        words.iter_mut().for_each(|(said, _)| said.retain(|saying| matches!(saying, Saying::Intensity(_))));
        words.retain(|(said, _)| !said.is_empty());
    }
    let told = |(said, of): (Vec<Saying>, &RuleOf)| {
        let said: Vec<String> = said.iter().map(Saying::to_string).collect();
        say!("{sayings}: your rule for {music}", sayings = said.join(", "), music = of)
    };
    (settings, words.into_iter().map(told).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rule(of: RuleOf, said: &str) -> Rule {
        let said: Option<Vec<Saying>> = said.split(' ').map(Saying::parse).collect();
        Rule::new(of, &said.unwrap())
    }

    fn genre(name: &str) -> RuleOf {
        RuleOf::Genre(name.into())
    }

    fn album(title: &str, artist: Option<&str>) -> RuleOf {
        RuleOf::Album { title: title.into(), artist: artist.map(str::to_owned) }
    }

    fn track(genre: &str, album: &str, artist: &str) -> TrackTraits {
        let one = |text: &str| vec![text.to_owned()];
        TrackTraits { genres: one(genre), album: album.into(), artists: one(artist) }
    }

    fn traits(tracks: Vec<TrackTraits>, device: Option<&str>) -> Traits {
        Traits { tracks, device: device.map(str::to_owned) }
    }

    #[test]
    fn rules_hold_whatever_the_case_for_whole_names_and_for_parts_of_a_device() {
        let here = traits(vec![track("Jazz", "Blue", "Joni Mitchell")], Some("USB Headphones (2)"));
        let holds = |of: RuleOf| of.holds_for(&here);
        assert!(holds(genre("jazz")) && !holds(genre("Jaz")) && !holds(genre("Acid Jazz")));
        assert!(holds(album("BLUE", None)) && holds(album("blue", Some("joni mitchell"))));
        assert!(!holds(album("Blue", Some("Joni"))) && !holds(album("Blues", None)));
        assert!(holds(RuleOf::Device("headphones".into())) && !holds(RuleOf::Device("speakers".into())));
        let file = traits(here.tracks.clone(), None);
        assert!(!RuleOf::Device("headphones".into()).holds_for(&file), "no device is heard");
        assert!(!genre("").holds_for(&Traits::default()), "what says nothing is no genre");
    }

    #[test]
    fn an_album_is_of_the_genre_that_half_of_its_tracks_have() {
        let of = |genres: &[&str]| traits(genres.iter().map(|genre| track(genre, "A", "B")).collect(), None);
        assert!(genre("Jazz").holds_for(&of(&["Jazz", "Rock"])));
        assert!(!genre("Jazz").holds_for(&of(&["Jazz", "Rock", "Pop"])));
    }

    /// Album over genre over device, thing by thing, in whatever order they were made.
    #[test]
    fn what_is_more_special_wins_and_each_is_told_with_what_came_of_it() {
        let mut rules = vec![
            rule(album("Blue", None), "gentle"),
            rule(genre("Folk"), "warm bass=+1 60%"),
            rule(RuleOf::Device("phones".into()), "bright bass=-2 treble=-1 target=-18"),
            rule(genre("Other"), "punchy"),
        ];
        let here = traits(vec![track("Folk", "Blue", "Joni")], Some("Headphones"));
        for _ in 0..rules.len() {
            rules.rotate_left(1);
            let (found, words) = ruled(&MasteringSettings::default(), &holding(&rules, &here), false);
            assert_eq!((found.preset, found.intensity.percent()), (Preset::Gentle, 60));
            assert_eq!((found.target, found.taste.bass_db), (Target::REPLAYGAIN, Some(1.0)));
            assert_eq!(found.taste.treble_db, Some(-1.0));
            assert_eq!(
                words,
                [
                    "target=replaygain, treble=-1: your rule for device phones",
                    "60%, bass=+1: your rule for genre Folk",
                    "gentle: your rule for album Blue",
                ]
            );
        }
        let (found, words) = ruled(&MasteringSettings::default(), &holding(&rules, &here), true);
        assert_eq!((found.target, words.len()), (Target::STREAMING, 3), "a reference has its own loudness");
        let off = rule(album("Blue", Some("Joni")), "off warm");
        rules.push(off);
        let (found, words) = ruled(&MasteringSettings::default(), &holding(&rules, &here), false);
        assert_eq!((found.intensity.percent(), words.len()), (0, 1), "{words:?}");
        assert_eq!(words[0], "off: your rule for album Blue by Joni");
        let by_artist = [rule(album("Blue", Some("Joni")), "live"), rule(album("Blue", None), "gentle")];
        let (found, _) = ruled(&MasteringSettings::default(), &holding(&by_artist, &here), false);
        assert_eq!(found.preset, Preset::Live);
    }

    #[test]
    fn words_are_read_as_they_are_told() {
        let text = "gentle, 60%, target=-18.5, bass=+1.5, treble=-1, density=+0.5";
        let said: Option<Vec<Saying>> = text.split(", ").map(Saying::parse).collect();
        let rule = Rule::new(genre("Jazz"), &said.unwrap());
        assert_eq!(rule.to_string(), format!("genre Jazz: {text}"));
        assert_eq!(Saying::parse("off").unwrap().to_string(), "off");
        assert_eq!(Saying::parse("intensity=60%"), Saying::parse("60%"));
        for bad in ["loud", "101%", "target=0", "bass=4", "bass=NaN", "density=1.1", "=", "", "preset=x"] {
            assert_eq!(Saying::parse(bad), None, "{bad}");
        }
    }

    #[test]
    fn what_cannot_be_is_refused() {
        let good = rule(genre("Jazz"), "gentle");
        assert!(good.check().is_ok());
        let taste = ByHand { bass_db: Some(f32::NAN), ..ByHand::default() };
        let bad = [
            Rule { preset: None, ..good.clone() },
            Rule { of: genre(" "), ..good.clone() },
            Rule { of: genre("Jazz\u{1b}[31m"), ..good.clone() },
            Rule { of: genre(&"x".repeat(201)), ..good.clone() },
            Rule { target: Some(Target::Lufs(3.0)), ..good.clone() },
            Rule { taste, ..good.clone() },
        ];
        assert!(bad.iter().all(|rule| rule.check().is_err()));
        assert!(genre("jazz").is_same(&good.of) && !album("Jazz", None).is_same(&good.of));
    }
}
