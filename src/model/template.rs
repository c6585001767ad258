//! Queue templates: queues that were kept, to be had again. Immutable and shared, as playlists are; unlike them they keep
//! the modes of play and tell how often they were loaded. Changed by `app::reduce`, stored by `library::store`.

use std::ffi::OsString;
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::fold::fold;
use super::id::{PlaylistId, TrackId};
use super::playback::{Repeat, ShuffleBy};
use super::playlist::PlaylistName;

/// A template is called as a playlist is.
pub type TemplateName = PlaylistName;
/// As a playlist's: random.
pub type TemplateId = PlaylistId;

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(into = "Record", try_from = "Record")]
pub struct Template {
    pub id: TemplateId,
    pub name: TemplateName,
    pub note: String,
    pub tags: Vec<String>,
    pub favourite: bool,
    /// How its order was shuffled; `None`: not at all.
    pub shuffle: Option<ShuffleBy>,
    pub repeat: Repeat,
    pub items: Arc<Vec<Item>>,
    /// Seconds since the Unix epoch.
    pub made_s: i64,
    pub changed_s: i64,
    pub usage: Usage,
}

/// How often it was loaded; no part of what can be taken back.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Usage {
    pub loads: u32,
    /// Seconds since the Unix epoch.
    pub last_s: Option<i64>,
}

/// A file, and the library's track when it was kept: a file that moved since is found by it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Item {
    pub path: Arc<Path>,
    pub track: Option<TrackId>,
}

impl Template {
    /// Tags of one template, and characters of one and of a note.
    pub const MOST_TAGS: usize = 20;
    pub const MOST_TAG: usize = 40;
    pub const MOST_NOTE: usize = 1000;
    /// Templates at all.
    pub const MOST: usize = 1000;

    /// The same but for how often it was loaded.
    pub fn is_like(&self, other: &Self) -> bool {
        Self { usage: other.usage, ..self.clone() } == *other
    }

    /// Whether every word occurs in name, note or tags; `#tag` is a whole tag, `*` a favourite.
    pub fn fits(&self, words: &str) -> bool {
        let folded = |text: &str| fold(text);
        let texts = [folded(self.name.as_str()), folded(&self.note)];
        let tags: Vec<String> = self.tags.iter().map(|tag| folded(tag)).collect();
        fold(words).split_whitespace().all(|word| match word.strip_prefix('#') {
            Some(tag) => tags.iter().any(|own| own == tag),
            None if word == "*" => self.favourite,
            None => texts.iter().chain(&tags).any(|text| text.contains(word)),
        })
    }
}

/// A text as a tag: one word.
pub fn tag(word: &str) -> Option<String> {
    let word = word.strip_prefix('#').unwrap_or(word);
    let plain = |c: char| !c.is_whitespace() && !c.is_control() && c != '#';
    let fits = (1..=Template::MOST_TAG).contains(&word.chars().count()) && word.chars().all(plain);
    fits.then(|| word.to_owned())
}

/// All templates, in the order of their names, each name once.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Templates(Vec<Arc<Template>>);

impl Templates {
    pub fn iter(&self) -> std::slice::Iter<'_, Arc<Template>> {
        self.0.iter()
    }

    pub fn len(&self) -> usize {
        self.0.len()
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub fn get(&self, id: TemplateId) -> Option<&Arc<Template>> {
        self.0.iter().find(|template| template.id == id)
    }

    /// Case and accents aside.
    pub fn named(&self, name: &str) -> Option<&Arc<Template>> {
        let name = fold(name);
        self.0.iter().find(|template| fold(template.name.as_str()) == name)
    }

    /// Favourites first, then by name.
    pub fn shown(&self) -> Vec<&Arc<Template>> {
        let mut all: Vec<_> = self.0.iter().collect();
        all.sort_by_key(|template| !template.favourite);
        all
    }

    pub fn put(&mut self, id: TemplateId, template: Option<Arc<Template>>) {
        self.0.retain(|other| other.id != id);
        if let Some(template) = template {
            let key = fold(template.name.as_str());
            let at = self.0.partition_point(|other| fold(other.name.as_str()) < key);
            self.0.insert(at, template);
        }
    }
}

impl FromIterator<Arc<Template>> for Templates {
    fn from_iter<I: IntoIterator<Item = Arc<Template>>>(all: I) -> Self {
        let mut templates = Self::default();
        all.into_iter().for_each(|template| templates.put(template.id, Some(template)));
        templates
    }
}

/// One template before and after a change: `None` where there was or is none.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Change {
    pub before: Option<Arc<Template>>,
    pub after: Option<Arc<Template>>,
}

impl Change {
    pub fn reversed(&self) -> Self {
        Self { before: self.after.clone(), after: self.before.clone() }
    }

    pub fn id(&self) -> Option<TemplateId> {
        self.after.as_ref().or(self.before.as_ref()).map(|template| template.id)
    }

    /// Bytes that it takes, about.
    pub fn weight(&self) -> usize {
        let shared = |after: &Arc<Template>| {
            self.before.as_ref().is_some_and(|before| Arc::ptr_eq(&before.items, &after.items))
        };
        let items = |template: &Arc<Template>| {
            200 + template.items.iter().map(|item| 48 + item.path.as_os_str().len()).sum::<usize>()
        };
        let after = self.after.as_ref().map_or(0, |after| if shared(after) { 200 } else { items(after) });
        self.before.as_ref().map_or(0, items) + after
    }
}

/// As it is kept: flat, with paths as bytes.
#[derive(Serialize, Deserialize)]
struct Record {
    id: TemplateId,
    name: String,
    note: String,
    tags: Vec<String>,
    favourite: bool,
    shuffle: Option<ShuffleBy>,
    repeat: Repeat,
    items: Vec<(Vec<u8>, Option<TrackId>)>,
    made_s: i64,
    changed_s: i64,
    usage: Usage,
}

impl From<Template> for Record {
    fn from(template: Template) -> Self {
        let items = template.items.iter();
        Self {
            id: template.id,
            name: template.name.as_str().to_owned(),
            note: template.note,
            tags: template.tags,
            favourite: template.favourite,
            shuffle: template.shuffle,
            repeat: template.repeat,
            items: items.map(|item| (item.path.as_os_str().as_bytes().to_vec(), item.track)).collect(),
            made_s: template.made_s,
            changed_s: template.changed_s,
            usage: template.usage,
        }
    }
}

impl TryFrom<Record> for Template {
    type Error = &'static str;

    fn try_from(record: Record) -> Result<Self, Self::Error> {
        let item = |(path, track): (Vec<u8>, Option<TrackId>)| Item {
            path: <Arc<Path>>::from(PathBuf::from(OsString::from_vec(path))),
            track,
        };
        Ok(Self {
            id: record.id,
            name: TemplateName::new(&record.name).ok_or("no name of a template")?,
            note: record.note,
            tags: record.tags,
            favourite: record.favourite,
            shuffle: record.shuffle,
            repeat: record.repeat,
            items: Arc::new(record.items.into_iter().map(item).collect()),
            made_s: record.made_s,
            changed_s: record.changed_s,
            usage: record.usage,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn template(name: &str) -> Template {
        Template {
            id: PlaylistId(name.len() as u64),
            name: TemplateName::new(name).unwrap(),
            note: "for Sundays".to_owned(),
            tags: vec!["slow".to_owned(), "Café".to_owned()],
            favourite: false,
            shuffle: None,
            repeat: Repeat::Off,
            items: Arc::default(),
            made_s: 1,
            changed_s: 1,
            usage: Usage::default(),
        }
    }

    #[test]
    fn words_find_a_template_by_name_note_and_tags() {
        let morning = template("Mörgen");
        for words in ["", "morgen", "MOR sunday", "#cafe", "slo", "#slow morg"] {
            assert!(morning.fits(words), "{words}");
        }
        for words in ["#slo", "evening", "*", "morgen evening"] {
            assert!(!morning.fits(words), "{words}");
        }
        assert!(Template { favourite: true, ..morning }.fits("* #slow"));
    }

    #[test]
    fn tags_are_single_words() {
        assert_eq!(tag("#slow").as_deref(), Some("slow"));
        for bad in ["", "#", "a b", "a#b", "\x1b", &"x".repeat(41)] {
            assert_eq!(tag(bad), None, "{bad}");
        }
    }

    #[test]
    fn favourites_stand_first_and_names_are_in_order() {
        let loved = Template { favourite: true, ..template("Zulu") };
        let all: Templates = [template("bc"), template("Abc"), loved].into_iter().map(Arc::new).collect();
        let names = |list: Vec<&Arc<Template>>| {
            list.iter().map(|template| template.name.to_string()).collect::<Vec<_>>()
        };
        assert_eq!(names(all.iter().collect()), ["Abc", "bc", "Zulu"]);
        assert_eq!(names(all.shown()), ["Zulu", "Abc", "bc"]);
        assert!(all.named("ZULU").is_some());
    }
}
