//! ListenBrainz, as <https://listenbrainz.readthedocs.io/en/latest/users/api/core.html> has it: `submit-listens`, with the
//! user's token in a header.

use serde_json::{Map, Value, json};
use ureq::Agent;

use super::heard::Listen;
use super::service::{Outcome, Sending, plain};
use crate::online::http::Answer;
use crate::online::secret::Secret;

/// `MAX_LISTENS_PER_REQUEST`.
pub const MOST_PLAYS: usize = 1_000;

pub fn send(agent: &Agent, url: &str, secret: &Secret, sending: &Sending) -> Outcome {
    let to = format!("{}/1/submit-listens", url.trim_end_matches('/'));
    let body = body(sending).to_string();
    let request = agent
        .post(&to)
        .header("Authorization", format!("Token {}", secret.reveal()))
        .content_type("application/json");
    match Answer::of(request.send(&body)) {
        Ok(answer) => outcome(&answer),
        Err(error) => Outcome::later(error),
    }
}

fn body(sending: &Sending) -> Value {
    let (kind, payload) = match sending {
        Sending::Now(listen) => ("playing_now", vec![json!({ "track_metadata": metadata(listen) })]),
        Sending::Plays(plays) => {
            let kind = if plays.len() == 1 { "single" } else { "import" };
            let one = |(_, listen): &(u64, Listen)| json!({ "listened_at": listen.at, "track_metadata": metadata(listen) });
            (kind, plays.iter().map(one).collect())
        }
    };
    json!({ "listen_type": kind, "payload": payload })
}

fn metadata(listen: &Listen) -> Value {
    let version = env!("CARGO_PKG_VERSION");
    let mut more = Map::new();
    more.insert("media_player".into(), "Auralis".into());
    more.insert("media_player_version".into(), version.into());
    more.insert("submission_client".into(), "Auralis".into());
    more.insert("submission_client_version".into(), version.into());
    if listen.artists.len() > 1 {
        more.insert("artist_names".into(), json!(listen.artists));
    }
    if let Some(length) = listen.length_ms {
        more.insert("duration_ms".into(), length.into());
    }
    if let Some(track) = listen.track {
        more.insert("tracknumber".into(), track.into());
    }
    let mut about = Map::new();
    about.insert("artist_name".into(), listen.artists.join(", ").into());
    about.insert("track_name".into(), listen.title.clone().into());
    if let Some(album) = &listen.album {
        about.insert("release_name".into(), album.clone().into());
    }
    about.insert("additional_info".into(), more.into());
    about.into()
}

fn outcome(answer: &Answer) -> Outcome {
    let told = serde_json::from_str::<Value>(&answer.body).ok();
    let told = told.as_ref().and_then(|told| told["error"].as_str()).map(plain);
    let why = told.unwrap_or_else(|| format!("status {}", answer.status));
    match answer.status {
        200..=299 => Outcome::Done,
        401 | 403 => Outcome::Refused(why),
        400 | 413 | 422 => Outcome::Bad(why),
        _ => Outcome::Later { why, after: answer.after },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn listen(at: i64) -> Listen {
        Listen {
            at,
            artists: vec!["Ann".into(), "Ben".into()],
            title: "Alpha".into(),
            album: Some("First".into()),
            album_artists: Vec::new(),
            track: Some(3),
            length_ms: Some(60_000),
            served: None,
        }
    }

    /// The JSON of the documentation: one is `single`, more are an `import`, what plays has no time.
    #[test]
    fn plays_are_told_in_the_service_s_own_form() {
        let one = body(&Sending::Plays(vec![(0, listen(1_443_521_965))]));
        assert_eq!(one["listen_type"], "single");
        assert_eq!(one["payload"][0]["listened_at"], 1_443_521_965);
        let about = &one["payload"][0]["track_metadata"];
        assert_eq!((&about["artist_name"], &about["track_name"]), (&"Ann, Ben".into(), &"Alpha".into()));
        assert_eq!(
            (&about["release_name"], &about["additional_info"]["duration_ms"]),
            (&"First".into(), &60_000.into())
        );
        let two = body(&Sending::Plays(vec![(0, listen(1)), (1, listen(2))]));
        assert_eq!(
            (&two["listen_type"], two["payload"].as_array().map(Vec::len)),
            (&"import".into(), Some(2))
        );
        let now = body(&Sending::Now(listen(1)));
        assert_eq!(now["listen_type"], "playing_now");
        assert_eq!(now["payload"][0].get("listened_at"), None);
    }

    #[test]
    fn an_answer_says_whether_to_come_back() {
        let of = |status, body: &str| outcome(&Answer { status, after: None, body: body.to_owned() });
        assert_eq!(of(200, r#"{"status": "ok"}"#), Outcome::Done);
        let refused = of(401, r#"{"code": 401, "error": "Invalid authorization\u001b token."}"#);
        assert_eq!(refused, Outcome::Refused("Invalid authorization  token.".into()));
        assert_eq!(of(400, "<html>"), Outcome::Bad("status 400".into()));
        for status in [301, 404, 429, 500, 503] {
            assert!(matches!(of(status, ""), Outcome::Later { .. }), "{status}");
        }
    }
}
