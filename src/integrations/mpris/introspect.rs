//! What the object says of itself to who looks at the bus. Pure.

use super::paths;

const HEAD: &str = "<!DOCTYPE node PUBLIC \"-//freedesktop//DTD D-BUS Object Introspection 1.0//EN\"\n \
    \"http://www.freedesktop.org/standards/dbus/1.0/introspect.dtd\">\n";
const INTERFACES: &str = include_str!("interfaces.xml");

/// Of the player, or of a node on the way to it; `None` where nothing is.
pub fn node(path: &str) -> Option<String> {
    if path == paths::PLAYER {
        return Some(format!("{HEAD}<node>\n{INTERFACES}</node>\n"));
    }
    let rest = paths::PLAYER.strip_prefix(path.trim_end_matches('/'))?.strip_prefix('/')?;
    let child = rest.split('/').next()?;
    Some(format!("{HEAD}<node>\n  <node name=\"{child}\"/>\n</node>\n"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::integrations::mpris::properties::{Interface, View};
    use std::sync::Arc;

    #[test]
    fn the_way_to_the_player_can_be_walked() {
        let child = |path| {
            node(path).and_then(|text| Some(text.split("name=\"").nth(1)?.split('"').next()?.to_owned()))
        };
        assert_eq!(child("/").as_deref(), Some("org"));
        assert_eq!(child("/org").as_deref(), Some("mpris"));
        assert_eq!(child("/org/mpris").as_deref(), Some("MediaPlayer2"));
        for none in ["/or", "/org/mpris/MediaPlayer2/x", "/x"] {
            assert_eq!(node(none), None, "{none}");
        }
    }

    /// What is told and what is said to be told are the same, with the same types.
    #[test]
    fn every_property_is_in_the_description() {
        let view = View { snapshot: Arc::default(), position: None, art: None };
        for interface in Interface::ALL {
            let part =
                INTERFACES.split(&format!("<interface name=\"{}\">", interface.name())).nth(1).unwrap();
            let part = part.split("</interface>").next().unwrap();
            let properties = view.properties(interface);
            assert_eq!(part.matches("<property ").count(), properties.len(), "{}", interface.name());
            for (name, value) in properties {
                let line = format!("<property name=\"{name}\" type=\"{}\"", value.value_signature());
                assert!(part.contains(&line), "{line}");
            }
        }
    }
}
