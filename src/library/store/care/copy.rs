//! A store made anew from the rows of another: of one that is well, all of them; of a damaged one, those that can be read.

use std::path::Path;

use redb::{
    Key, ReadTransaction, ReadableTable, ReadableTableMetadata, TableDefinition, TableHandle, Value,
    WriteTransaction,
};

use super::OnRows;
use super::judge::{judge, says_what_it_is};
use super::pages::Pages;
use crate::library::store::error::StoreError;
use crate::library::store::open;
use crate::library::store::schema::{Visit, every_table};
use crate::model::contain::contain;

/// Rows between two calls of a progress.
const STEP: u64 = 10_000;

/// All rows of a snapshot. Gives their number.
pub fn copy(from: &ReadTransaction, to: &Path, on_rows: OnRows<'_>) -> Result<u64, StoreError> {
    let mut rows = Counted { rows: 0, on_rows };
    write(to, |into| {
        every_table(&mut Copy { from, into, rows: &mut rows })?;
        Ok(())
    })?;
    Ok(rows.rows)
}

/// One transaction in a new file.
pub fn write(
    to: &Path,
    fill: impl FnOnce(&WriteTransaction) -> Result<(), redb::Error>,
) -> Result<(), StoreError> {
    let db = open::open_there(to)?;
    let filled = || -> Result<(), redb::Error> {
        let txn = db.begin_write()?;
        fill(&txn)?;
        txn.commit()?;
        Ok(())
    };
    filled().map_err(|error| StoreError::from_redb(to, error))
}

struct Counted<'a> {
    rows: u64,
    on_rows: OnRows<'a>,
}

impl Counted<'_> {
    fn count(&mut self) {
        self.rows += 1;
        if self.rows.is_multiple_of(STEP) {
            (self.on_rows)(self.rows);
        }
    }
}

struct Copy<'a, 'b> {
    from: &'a ReadTransaction,
    into: &'a WriteTransaction,
    rows: &'a mut Counted<'b>,
}

impl Visit for Copy<'_, '_> {
    fn table<K: Key + 'static, V: Value + 'static>(
        &mut self,
        table: TableDefinition<'static, K, V>,
    ) -> Result<(), redb::Error> {
        let mut into = self.into.open_table(table)?;
        for row in self.from.open_table(table)?.iter()? {
            let (key, value) = row?;
            into.insert(key.value(), value.value())?;
            self.rows.count();
        }
        Ok(())
    }
}

/// What a look at the pages of a store found.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Found {
    pub rows: u64,
    /// Of these, rows in damaged pages: a letter or a number of them may be wrong.
    pub doubtful: u64,
    /// Rows that are no rows of their tables.
    pub lost: u64,
    /// Tables that are not there.
    pub tables: u64,
    pub pages: u64,
}

impl Found {
    pub fn is_sound(&self) -> bool {
        (self.doubtful, self.lost, self.tables, self.pages) == (0, 0, 0, 0)
    }
}

/// What is taken from pages.
#[derive(Debug, Clone, Copy)]
pub struct Trust {
    /// Every value must be one of today's schema.
    pub strict: bool,
    /// Rows of damaged pages, too, where they make sense.
    pub doubtful: bool,
}

/// Rows of all tables.
pub fn count(txn: &WriteTransaction) -> Result<u64, redb::Error> {
    let mut count = Count(txn, 0);
    every_table(&mut count)?;
    Ok(count.1)
}

struct Count<'a>(&'a WriteTransaction, u64);

impl Visit for Count<'_> {
    fn table<K: Key + 'static, V: Value + 'static>(
        &mut self,
        table: TableDefinition<'static, K, V>,
    ) -> Result<(), redb::Error> {
        self.1 += self.0.open_table(table)?.len()?;
        Ok(())
    }
}

/// Reads every page; writes what can be used into a new store, where there is one.
pub fn rescue(
    pages: &mut Pages,
    trust: Trust,
    into: Option<&WriteTransaction>,
    on_rows: OnRows<'_>,
) -> Result<Found, redb::Error> {
    let mut rescue =
        Rescue { pages, trust, into, found: Found::default(), rows: Counted { rows: 0, on_rows } };
    every_table(&mut rescue)?;
    let (mut found, rows) = (rescue.found, rescue.rows.rows);
    (found.rows, found.pages) = (rows, pages.damaged);
    Ok(found)
}

struct Rescue<'a, 'b> {
    pages: &'a mut Pages,
    trust: Trust,
    into: Option<&'a WriteTransaction>,
    found: Found,
    rows: Counted<'b>,
}

impl Visit for Rescue<'_, '_> {
    fn table<K: Key + 'static, V: Value + 'static>(
        &mut self,
        table: TableDefinition<'static, K, V>,
    ) -> Result<(), redb::Error> {
        let name = table.name();
        let mut into = self.into.map(|into| into.open_table(table)).transpose()?;
        self.found.tables += u64::from(self.trust.strict && !self.pages.has(name));
        let (found, rows, trust) = (&mut self.found, &mut self.rows, self.trust);
        let mut failed = None;
        self.pages.rows(name, (K::fixed_width(), V::fixed_width()), &mut |key, value, sound| {
            if failed.is_some() {
                return;
            }
            let fits = (sound && !trust.strict) || judge(name, key, value).is_ok();
            if !fits || !(sound || trust.doubtful && says_what_it_is(name)) {
                found.lost += 1;
                return;
            }
            // Text that is no UTF-8 breaks an assertion of redb's.
            let Ok((key, value)) = contain(|| (K::from_bytes(key), V::from_bytes(value))) else {
                found.lost += 1;
                return;
            };
            found.doubtful += u64::from(!sound);
            rows.count();
            if let Some(Err(error)) = into.as_mut().map(|into| into.insert(key, value).map(drop)) {
                failed = Some(error);
            }
        });
        failed.map_or(Ok(()), |error| Err(error.into()))
    }
}
