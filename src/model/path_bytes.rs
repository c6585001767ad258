//! Paths as the bytes that they are, in the store and on the wire. For `#[serde(with)]`, on a path and on what holds
//! some: serde's own way refuses what is not UTF-8.

use std::ffi::OsString;
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// What is written in place of paths.
pub trait Bytes: Sized {
    type Written: Serialize + DeserializeOwned;

    fn write(&self) -> Self::Written;
    fn read(written: Self::Written) -> Self;
}

impl Bytes for PathBuf {
    type Written = Vec<u8>;

    fn write(&self) -> Vec<u8> {
        self.as_os_str().as_bytes().to_vec()
    }

    fn read(written: Vec<u8>) -> Self {
        Self::from(OsString::from_vec(written))
    }
}

impl Bytes for Arc<Path> {
    type Written = Vec<u8>;

    fn write(&self) -> Vec<u8> {
        self.as_os_str().as_bytes().to_vec()
    }

    fn read(written: Vec<u8>) -> Self {
        Self::from(PathBuf::read(written))
    }
}

impl<T: Bytes> Bytes for Option<T> {
    type Written = Option<T::Written>;

    fn write(&self) -> Self::Written {
        self.as_ref().map(T::write)
    }

    fn read(written: Self::Written) -> Self {
        written.map(T::read)
    }
}

impl<T: Bytes> Bytes for Vec<T> {
    type Written = Vec<T::Written>;

    fn write(&self) -> Self::Written {
        self.iter().map(T::write).collect()
    }

    fn read(written: Self::Written) -> Self {
        written.into_iter().map(T::read).collect()
    }
}

impl<T: Bytes> Bytes for Arc<Vec<T>> {
    type Written = Vec<T::Written>;

    fn write(&self) -> Self::Written {
        self.as_ref().write()
    }

    fn read(written: Self::Written) -> Self {
        Self::new(Vec::read(written))
    }
}

/// What is told about a path.
impl<T: Clone + Serialize + DeserializeOwned> Bytes for (PathBuf, T) {
    type Written = (Vec<u8>, T);

    fn write(&self) -> Self::Written {
        (self.0.write(), self.1.clone())
    }

    fn read((path, told): Self::Written) -> Self {
        (PathBuf::read(path), told)
    }
}

pub fn serialize<T: Bytes, S: Serializer>(paths: &T, to: S) -> Result<S::Ok, S::Error> {
    paths.write().serialize(to)
}

pub fn deserialize<'de, T: Bytes, D: Deserializer<'de>>(from: D) -> Result<T, D::Error> {
    T::Written::deserialize(from).map(T::read)
}
