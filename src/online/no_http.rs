//! A program that was built without HTTP: every question has the answer that it cannot ask.

use super::{Client, Fetched, Unmet};

impl Client {
    pub(super) fn get(&self, _url: &str, _query: &[(&str, &str)]) -> Result<Option<String>, Unmet> {
        Err(cannot())
    }

    pub(super) fn fetch(&self, _url: &str, _form: Option<&str>, _most: u64) -> Result<Fetched, Unmet> {
        Err(cannot())
    }
}

fn cannot() -> Unmet {
    Unmet { why: "this program was built without HTTP (feature `http`)".into(), after: None }
}
