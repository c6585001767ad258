//! What a rendered file says: the source's tags and pictures, without those about loudness, and how it was mastered.

use std::path::Path;

use crate::decode::{cue, server};
use crate::library::artwork::{self, Picture};
use crate::library::tags::{self, of_sheet};
use crate::model::mastering::{Basis, MasteringSettings, Plan};
use crate::model::part;
use crate::model::server::is_served;
use crate::model::tag::{Field, Fields};
use crate::model::track::Tags;

/// Fields and pictures of one file.
#[derive(Debug, Clone, Default)]
pub struct Said {
    pub fields: Fields,
    pub pictures: Vec<Picture>,
}

impl Said {
    /// Of a source. Gains and peaks of ReplayGain and R 128 are no fields, so they stay behind.
    pub fn of(path: &Path, fields: &Fields) -> Self {
        let got = is_served(path).then(|| server::file(path).ok()).flatten();
        let path = got.as_deref().unwrap_or(path);
        let file = part::split(path).filter(|_| !path.exists()).map_or(path, |(container, _)| container);
        Self { fields: fields.clone(), pictures: artwork::embedded(file).unwrap_or_default() }
    }

    /// Adds how it was mastered.
    pub fn tell(&mut self, plan: &Plan, settings: &MasteringSettings) {
        let of = match plan.basis {
            Basis::Album(tracks) => format!(" as one of {tracks} tracks of an album"),
            Basis::Track | Basis::Glimpse => String::new(),
        };
        let text = format!(
            "Mastered by Auralis {}{of}: {}, {} %, {:.1} to {:.1} LUFS",
            env!("CARGO_PKG_VERSION"),
            settings.preset.name(),
            settings.intensity.percent(),
            plan.source.lufs,
            plan.aim_lufs
        );
        self.fields.push(Field::Comment, &text);
    }
}

/// What the file, or the track of a sheet, says of itself.
pub fn fields(path: &Path) -> Result<Fields, String> {
    if is_served(path) {
        let file = server::file(path).map_err(|error| error.to_string())?;
        return tags::read_fields(&file).map(|read| read.fields).map_err(|error| error.to_string());
    }
    match part::split(path).filter(|_| !path.exists()) {
        Some((container, number)) => of_part(container, number).map(|tags| to_fields(&tags)),
        None => tags::read_fields(path).map(|read| read.fields).map_err(|error| error.to_string()),
    }
}

fn of_part(container: &Path, number: u16) -> Result<Tags, String> {
    let words = |error: crate::decode::DecodeError| error.to_string();
    let is_sheet = cue::is_named_sheet(container);
    let sheet = match is_sheet {
        true => cue::read(container).map_err(words)?,
        false => cue::read_embedded(container).map_err(words)?.ok_or("has no CUE sheet inside any more")?,
    };
    let found = sheet.parts().into_iter().find(|part| part.number == number);
    let part = found.ok_or_else(|| format!("has no track {number} any more"))?;
    let file =
        if is_sheet { sheet.locate(container, part.file).map_err(words)? } else { container.to_owned() };
    let tags = tags::read_file(&file).map(|(_, tags)| tags).unwrap_or_default();
    Ok(of_sheet(&sheet, &part, &tags))
}

/// The fields that a sheet can say.
fn to_fields(tags: &Tags) -> Fields {
    let mut fields = Fields::default();
    let one = |text: &Option<String>| text.iter().cloned().collect::<Vec<_>>();
    let number = |number: Option<u32>| number.map(|number| number.to_string()).into_iter().collect();
    fields.set(Field::Title, one(&tags.title));
    fields.set(Field::Artist, tags.artists.clone());
    fields.set(Field::Album, one(&tags.album));
    fields.set(Field::AlbumArtist, tags.album_artists.clone());
    fields.set(Field::Composer, tags.composers.clone());
    fields.set(Field::Genre, tags.genres.clone());
    fields.set(Field::Track, number(tags.track.number));
    fields.set(Field::TrackTotal, number(tags.track.total));
    fields.set(Field::Disc, number(tags.disc.number));
    fields.set(Field::DiscTotal, number(tags.disc.total));
    fields.set(Field::Date, one(&tags.date));
    fields.set(Field::Compilation, if tags.compilation { vec!["1".to_owned()] } else { Vec::new() });
    fields
}
