//! The player as desktops know it: MPRIS 2.2, all four interfaces, on the bus that [`super::desktop`] holds. What is told
//! ([`properties`]), asked ([`calls`]) and signalled ([`told`]) comes from the snapshot and the gauge; nothing is kept
//! here but what the others were told last.

pub mod calls;
mod introspect;
pub mod paths;
pub mod properties;
pub mod told;

use zbus::Connection;
use zbus::fdo::RequestNameFlags;

/// The player's name on the bus; one that finds it taken adds `.instance` and its process, as the specification has it.
const NAME: &str = "org.mpris.MediaPlayer2.auralis";

/// Whether somebody has the name.
pub async fn is_name_taken(bus: &Connection) -> zbus::Result<bool> {
    let names = zbus::fdo::DBusProxy::new(bus).await?;
    Ok(names.name_has_owner(zbus::names::BusName::try_from(NAME)?).await?)
}

/// Takes the first name that is free.
pub async fn take_name(bus: &Connection) -> zbus::Result<String> {
    let flags = RequestNameFlags::DoNotQueue;
    match bus.request_name_with_flags(NAME, flags.into()).await {
        Err(zbus::Error::NameTaken) => {}
        taken => return taken.map(|_| NAME.to_owned()),
    }
    let name = format!("{NAME}.instance{}", std::process::id());
    bus.request_name_with_flags(name.as_str(), flags.into()).await.map(|_| name)
}
