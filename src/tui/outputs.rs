//! The rows of the list of sound devices: what can be taken, and which is in use. Pure; drawn by the view, acted on by
//! `update`.

use crate::model::settings::OutputSpec;
use crate::model::snapshot::Snapshot;
use crate::say;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OutputRow {
    pub spec: OutputSpec,
    /// Id or word, as `:output` takes it.
    pub id: String,
    pub name: String,
    pub detail: String,
    /// The sound goes there now.
    pub in_use: bool,
}

impl OutputRow {
    /// What is searched in it.
    pub fn text(&self) -> String {
        format!("{} {} {}", self.id, self.name, self.detail)
    }
}

/// The default first, then what was found.
pub fn rows(snapshot: &Snapshot) -> Vec<OutputRow> {
    let output = &snapshot.output;
    let auto = OutputRow {
        spec: OutputSpec::Auto,
        id: "auto".into(),
        name: say!("the default device").into(),
        detail: say!("follows when another becomes the default").into(),
        in_use: output.asked == OutputSpec::Auto,
    };
    let devices = snapshot.outputs.devices.iter().map(|device| OutputRow {
        spec: OutputSpec::Device(Some(device.id.clone())),
        id: device.id.clone(),
        name: device.name.clone(),
        detail: device.summary(),
        in_use: output.device() == Some(&device.id),
    });
    std::iter::once(auto).chain(devices).collect()
}
