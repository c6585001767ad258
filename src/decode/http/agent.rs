//! The HTTP client: one for each open address, so that closing it ends every wait of its thread. Called by `session`
//! on the thread `net-read`, and by whoever reads a short text.

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ureq::http::Response;
use ureq::unversioned::resolver::DefaultResolver;
use ureq::unversioned::transport::{
    Buffers, ConnectionDetails, Connector, DefaultConnector, NextTimeout, Transport,
};
use ureq::{Agent, Body, Error};

use super::fault::Fault;
use crate::model::address::percent_decode;

const MAX_REDIRECTS: u32 = 8;
const MAX_HEADER_BYTES: usize = 64 * 1024;
const OLD_STATUS: &[u8] = b"ICY ";
const NEW_STATUS: &[u8] = b"HTTP/1.0 ";

/// `timeout`: how long nothing may come, in each phase; `whole`: how long all of it may take.
pub(super) fn agent(timeout: Duration, whole: Option<Duration>) -> Agent {
    let config = Agent::config_builder()
        .http_status_as_error(false)
        .max_redirects(MAX_REDIRECTS)
        .max_response_header_size(MAX_HEADER_BYTES)
        .user_agent(concat!("auralis/", env!("CARGO_PKG_VERSION")))
        .timeout_global(whole)
        .timeout_resolve(Some(timeout))
        .timeout_connect(Some(timeout))
        .timeout_send_request(Some(timeout))
        .timeout_recv_response(Some(timeout))
        .timeout_per_read(Some(timeout))
        .build();
    let connector = DefaultConnector::new().chain(OldRadio);
    Agent::with_parts(config, connector, DefaultResolver::default())
}

/// An address as it is asked for: user and password go into a header of their own (RFC 7617).
#[derive(Debug, Clone)]
pub(super) struct Target {
    url: String,
    authorization: Option<String>,
}

impl Target {
    pub(super) fn new(url: &str) -> Self {
        let plain = || Self { url: url.to_owned(), authorization: None };
        let Some((scheme, rest)) = url.split_once("://") else { return plain() };
        let end = rest.find(['/', '?']).unwrap_or(rest.len());
        let Some((user, host)) = rest[..end].rsplit_once('@') else { return plain() };
        let credentials = STANDARD.encode(percent_decode(user.as_bytes()));
        Self {
            url: format!("{scheme}://{host}{}", &rest[end..]),
            authorization: Some(format!("Basic {credentials}")),
        }
    }
}

/// From which byte on, and what tells that the bytes are still those of the same file.
#[derive(Debug, Clone, Copy)]
pub(super) struct Range<'a> {
    pub(super) from: u64,
    pub(super) validator: Option<&'a str>,
}

pub(super) fn get(agent: &Agent, target: &Target, range: Option<Range<'_>>) -> Result<Response<Body>, Fault> {
    let mut request = agent.get(&target.url).header("Accept", "*/*").header("Icy-MetaData", "1");
    if let Some(authorization) = &target.authorization {
        request = request.header("Authorization", authorization);
    }
    if let Some(Range { from, validator }) = range {
        request = request.header("Range", format!("bytes={from}-"));
        if let Some(validator) = validator {
            request = request.header("If-Range", validator);
        }
    }
    request.call().map_err(Fault::request)
}

/// Old radio servers answer `ICY 200 OK`, which is HTTP/1.0 by another name.
#[derive(Debug)]
struct OldRadio;

impl<In: Transport> Connector<In> for OldRadio {
    type Out = OldRadioTransport<In>;

    fn connect(&self, _: &ConnectionDetails<'_>, chained: Option<In>) -> Result<Option<Self::Out>, Error> {
        Ok(chained.map(|inner| OldRadioTransport { inner, is_status_due: false }))
    }
}

#[derive(Debug)]
struct OldRadioTransport<T> {
    inner: T,
    /// What comes next is the beginning of an answer.
    is_status_due: bool,
}

impl<T: Transport> Transport for OldRadioTransport<T> {
    fn buffers(&mut self) -> &mut dyn Buffers {
        self.inner.buffers()
    }

    fn transmit_output(&mut self, amount: usize, timeout: NextTimeout) -> Result<(), Error> {
        self.is_status_due = true;
        self.inner.transmit_output(amount, timeout)
    }

    fn await_input(&mut self, timeout: NextTimeout) -> Result<bool, Error> {
        let mut has_more = self.inner.await_input(timeout)?;
        while self.is_status_due && has_more {
            let input = self.inner.buffers().input();
            let known = input.len().min(OLD_STATUS.len());
            if input[..known] == OLD_STATUS[..known] && known < OLD_STATUS.len() {
                has_more = self.inner.await_input(timeout)?;
                continue;
            }
            self.is_status_due = false;
            if input.starts_with(OLD_STATUS) {
                let answer = [NEW_STATUS, &input[OLD_STATUS.len()..]].concat();
                self.replace_input(&answer);
            }
        }
        Ok(has_more)
    }

    fn is_open(&mut self) -> bool {
        self.inner.is_open()
    }

    fn is_tls(&self) -> bool {
        self.inner.is_tls()
    }
}

impl<T: Transport> OldRadioTransport<T> {
    fn replace_input(&mut self, bytes: &[u8]) {
        let buffers = self.inner.buffers();
        buffers.input_consume(buffers.input().len());
        // The buffer is twice as large as any header; what does not fit would be lost sound of the first moment only.
        let room = buffers.input_append_buf();
        let fits = bytes.len().min(room.len());
        room[..fits].copy_from_slice(&bytes[..fits]);
        buffers.input_appended(fits);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_goes_into_its_header_and_out_of_the_address() {
        let target = Target::new("https://ann:p%40ss@h.example:8000/x?y@z");
        assert_eq!(target.url, "https://h.example:8000/x?y@z");
        // RFC 7617 §2: base64 of "ann:p@ss".
        assert_eq!(target.authorization.as_deref(), Some("Basic YW5uOnBAc3M="));
        let target = Target::new("http://h/x@y");
        assert_eq!((target.url.as_str(), target.authorization), ("http://h/x@y", None));
    }
}
