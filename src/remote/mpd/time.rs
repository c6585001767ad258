//! Moments as the protocol writes them: `2008-09-28T20:04:57Z`.

use crate::model::query::date_text;

const DAY_S: i64 = 86_400;

/// Of seconds since the Unix epoch.
pub fn utc(seconds: i64) -> String {
    let of_day = seconds.rem_euclid(DAY_S);
    let (hour, minute, second) = (of_day / 3600, of_day / 60 % 60, of_day % 60);
    format!("{}T{hour:02}:{minute:02}:{second:02}Z", date_text(seconds))
}

/// Such a moment, a day alone, or seconds since the epoch.
pub fn parse(text: &str) -> Option<i64> {
    if let Ok(seconds) = text.parse() {
        return Some(seconds);
    }
    let (day, time) = text.split_once('T').unwrap_or((text, "00:00:00Z"));
    let numbers = |text: &str, mark: char| -> Option<[i64; 3]> {
        let all: Vec<i64> = text.split(mark).map(digits).collect::<Option<_>>()?;
        all.try_into().ok()
    };
    let [year, month, day] = numbers(day, '-')?;
    let [hour, minute, second] = numbers(time.strip_suffix('Z')?, ':')?;
    let fits =
        (1..=12).contains(&month) && (1..=31).contains(&day) && hour < 24 && minute < 60 && second < 61;
    fits.then(|| days(year, month, day) * DAY_S + hour * 3600 + minute * 60 + second)
}

fn digits(text: &str) -> Option<i64> {
    let plain = (1..=4).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit());
    plain.then(|| text.parse().ok()).flatten()
}

/// Days since the Unix epoch (Howard Hinnant, "chrono-compatible low-level date algorithms", `days_from_civil`).
fn days(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let (era, of_era) = (year.div_euclid(400), year.rem_euclid(400));
    let of_year = (153 * (month + if month > 2 { -3 } else { 9 }) + 2) / 5 + day - 1;
    era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `date -u -d @1222632297`.
    #[test]
    fn moments_are_written_and_read() {
        assert_eq!(utc(1_222_632_297), "2008-09-28T20:04:57Z");
        assert_eq!(parse("2008-09-28T20:04:57Z"), Some(1_222_632_297));
        assert_eq!(parse("1222632297"), Some(1_222_632_297));
        assert_eq!(parse("2008-09-28"), Some(1_222_560_000));
        assert_eq!(parse("1970-01-01T00:00:00Z"), Some(0));
        for bad in [
            "",
            "x",
            "2008-09",
            "2008-13-01",
            "2008-09-28T20:04Z",
            "2008-09-28T20:04:57",
            "2008-09-28T25:00:00Z",
        ] {
            assert_eq!(parse(bad), None, "{bad:?}");
        }
    }
}
