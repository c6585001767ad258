//! Numbers, lengths, ages and dates as a query writes them, and back. Each is a [`Span`] of whole units.

use super::field::NumberField;
use crate::say;

/// From `low` to `high`, both in it. `i64::MIN` and `i64::MAX` are open ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Span {
    pub low: i64,
    pub high: i64,
}

impl Span {
    pub fn contains(self, value: i64) -> bool {
        self.low <= value && value <= self.high
    }

    /// Of a value that is unknown: only `:0` asks for it.
    pub fn fits(self, value: Option<i64>) -> bool {
        value.map_or(self.low == 0 && self.high == 0, |value| self.contains(value))
    }
}

/// How a value is compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Compare {
    /// `:` and `=`; for a range of moments or of numbers, inside it.
    In,
    Less,
    AtMost,
    More,
    AtLeast,
}

impl Compare {
    /// Where `value` covers the units `value.low` to `value.high` (a day does, of seconds). `None` where no value of
    /// `known` can fit.
    pub fn span(self, value: Span, known: Span) -> Option<Span> {
        let Span { low, high } = value;
        Some(match self {
            Self::In => value,
            Self::Less if low <= known.low => return None,
            Self::More if high >= known.high => return None,
            Self::Less => Span { low: i64::MIN, high: low - 1 },
            Self::AtMost => Span { low: i64::MIN, high },
            Self::More => Span { low: high + 1, high: i64::MAX },
            Self::AtLeast => Span { low, high: i64::MAX },
        })
    }
}

/// Largest number that is understood: far from where sums would overflow.
const LARGEST: i64 = 1 << 48;

fn whole(text: &str) -> Option<i64> {
    let digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    text.parse().ok().filter(|&value: &i64| digits && value <= LARGEST)
}

/// What a field's numbers can be.
pub fn known_numbers(field: NumberField) -> Span {
    match field {
        NumberField::Rating => Span { low: 0, high: 10 },
        field if field.is_tenths() => Span { low: -LARGEST, high: LARGEST },
        _ => Span { low: 0, high: LARGEST },
    }
}

/// The moments that [`date`] can name: the years 1 to 9999.
pub fn known_moments() -> Span {
    let day = |year, month, day| days_from_epoch(year, month, day) * DAY_S;
    Span { low: day(1, 1, 1), high: day(10_000, 1, 1) - 1 }
}

/// A number in the field's unit.
pub fn number(field: NumberField, text: &str) -> Option<i64> {
    match field {
        NumberField::Duration => length(text),
        NumberField::Rating => rating(text),
        NumberField::Rate => rate(text),
        field if field.is_tenths() => tenths(text),
        _ => whole(text),
    }
}

/// What [`number`] takes, for messages.
pub fn number_words(field: NumberField) -> &'static str {
    match field {
        NumberField::Duration => say!("a length such as 90, 3:30, 10m or 1h30m"),
        NumberField::Rating => say!("stars from 0 to 5, halves too, as in 3.5"),
        NumberField::Rate => say!("a rate such as 44100 or 96k"),
        NumberField::Year => say!("a year"),
        field if field.is_tenths() => say!("a number with a tenth at most, as in -14.5"),
        _ => say!("a number"),
    }
}

/// As [`number`] reads it.
pub fn number_text(field: NumberField, value: i64) -> String {
    match field {
        NumberField::Rating if value % 2 != 0 => format!("{}.5", value / 2),
        NumberField::Rating => (value / 2).to_string(),
        NumberField::Duration if value != 0 && value % 60 == 0 => format!("{}m", value / 60),
        field if field.is_tenths() => tenths_text(value),
        _ => value.to_string(),
    }
}

/// `-14`, `-14.5`, `3.0`.
fn tenths(text: &str) -> Option<i64> {
    let (sign, digits) = text.strip_prefix('-').map_or((1, text), |digits| (-1, digits));
    let (number, part) = digits.split_once('.').unwrap_or((digits, "0"));
    let tenth = whole(part).filter(|_| part.len() == 1)?;
    whole(number).filter(|&number| number <= LARGEST / 10).map(|number| sign * (number * 10 + tenth))
}

fn tenths_text(value: i64) -> String {
    let sign = if value < 0 { "-" } else { "" };
    let (number, tenth) = (value.unsigned_abs() / 10, value.unsigned_abs() % 10);
    if tenth == 0 { format!("{sign}{number}") } else { format!("{sign}{number}.{tenth}") }
}

fn rating(text: &str) -> Option<i64> {
    let (stars, half) = match text.split_once('.') {
        Some((stars, "5")) => (stars, 1),
        Some((stars, "0")) => (stars, 0),
        Some(_) => return None,
        None => (text, 0),
    };
    whole(stars).map(|stars| stars * 2 + half).filter(|&halves| halves <= 10)
}

fn rate(text: &str) -> Option<i64> {
    let Some(thousands) = text.strip_suffix(['k', 'K']) else { return whole(text) };
    let (number, part) = thousands.split_once('.').unwrap_or((thousands, ""));
    let padded = format!("{part:0<3}");
    (part.len() <= 3).then_some(whole(number)? * 1000 + whole(&padded)?).filter(|&rate| rate <= LARGEST)
}

/// Seconds: `90`, `3:30`, `1:02:03`, `10m`, `1h30m`.
fn length(text: &str) -> Option<i64> {
    if text.contains(':') {
        let parts: Vec<&str> = text.split(':').collect();
        let total =
            parts.iter().try_fold(0_i64, |total, part| total.checked_mul(60)?.checked_add(whole(part)?));
        return total.filter(|&total| parts.len() <= 3 && total <= LARGEST);
    }
    whole(text).or_else(|| units(text, &LENGTH_UNITS))
}

/// Longest first where one begins as another.
const LENGTH_UNITS: [(&str, i64); 4] = [("s", 1), ("m", 60), ("h", 3600), ("d", DAY_S)];
const AGE_UNITS: [(&str, i64); 7] = [
    ("mo", 30 * DAY_S),
    ("s", 1),
    ("m", 60),
    ("h", 3600),
    ("d", DAY_S),
    ("w", 7 * DAY_S),
    ("y", 365 * DAY_S),
];
const DAY_S: i64 = 86_400;

/// A sum of numbers with units.
fn units(text: &str, known: &[(&str, i64)]) -> Option<i64> {
    let (mut total, mut rest) = (0_i64, text);
    while !rest.is_empty() {
        let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
        let (value, after) = (whole(&rest[..digits])?, &rest[digits..]);
        let &(name, seconds) = known.iter().find(|(name, _)| after.starts_with(name))?;
        total = total.checked_add(value.checked_mul(seconds)?)?;
        rest = &after[name.len()..];
    }
    Some(total).filter(|&total| !text.is_empty() && total <= LARGEST)
}

/// Seconds of an age such as `30d`, `1y6mo`.
pub fn age(text: &str) -> Option<i64> {
    units(text, &AGE_UNITS)
}

/// As [`age`] reads it, in the largest unit that gives a whole number.
pub fn age_text(seconds: i64) -> String {
    let fits = |&&(_, unit): &&(&str, i64)| seconds != 0 && seconds % unit == 0;
    let largest = AGE_UNITS.iter().filter(fits).max_by_key(|&&(_, unit)| unit);
    largest.map_or("0s".to_owned(), |&(name, unit)| format!("{}{name}", seconds / unit))
}

/// The seconds since the epoch that a year, month or day covers: `2024`, `2024-05`, `2024-05-17`. UTC.
pub fn date(text: &str) -> Option<Span> {
    let mut parts = text.split('-');
    let year = parts.next().filter(|year| year.len() == 4).and_then(whole).filter(|&year| year > 0)?;
    let number = |part: Option<&str>, most: i64| match part {
        None => Some(None),
        Some(part) => whole(part).filter(|value| part.len() <= 2 && (1..=most).contains(value)).map(Some),
    };
    let (month, day) = (number(parts.next(), 12)?, number(parts.next(), 31)?);
    if parts.next().is_some() || day.is_some_and(|day| day > days_in(year, month.unwrap_or(1))) {
        return None;
    }
    let first = days_from_epoch(year, month.unwrap_or(1), day.unwrap_or(1));
    let behind = match (month, day) {
        (_, Some(_)) => first + 1,
        (Some(12) | None, None) => days_from_epoch(year + 1, 1, 1),
        (Some(month), None) => days_from_epoch(year, month + 1, 1),
    };
    Some(Span { low: first * DAY_S, high: behind * DAY_S - 1 })
}

fn days_in(year: i64, month: i64) -> i64 {
    let next = if month == 12 { (year + 1, 1) } else { (year, month + 1) };
    days_from_epoch(next.0, next.1, 1) - days_from_epoch(year, month, 1)
}

/// Days from 1970-01-01, in the proleptic Gregorian calendar. Howard Hinnant, "chrono-compatible low-level date
/// algorithms", `days_from_civil`.
fn days_from_epoch(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let of_era = year.rem_euclid(400);
    let of_year = (153 * (month + if month > 2 { -3 } else { 9 }) + 2) / 5 + day - 1;
    era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468
}

/// The day of a moment, as `date` reads it. The other way round of `days_from_epoch` (`civil_from_days` there).
pub fn date_text(seconds: i64) -> String {
    let days = seconds.div_euclid(DAY_S) + 719_468;
    let (era, of_era) = (days.div_euclid(146_097), days.rem_euclid(146_097));
    let year_of_era = (of_era - of_era / 1460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month = (5 * of_year + 2) / 153;
    let day = of_year - (153 * month + 2) / 5 + 1;
    let month = if month < 10 { month + 3 } else { month - 9 };
    let year = year_of_era + era * 400 + i64::from(month <= 2);
    format!("{year:04}-{month:02}-{day:02}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn levels_are_numbers_with_a_tenth_and_a_sign() {
        for (text, tenths) in
            [("-14", -140), ("-14.5", -145), ("0", 0), ("3.0", 30), ("-0.3", -3), ("12.5", 125)]
        {
            assert_eq!(number(NumberField::Loudness, text), Some(tenths), "{text}");
            assert_eq!(
                number(NumberField::Peak, &number_text(NumberField::Peak, tenths)),
                Some(tenths),
                "{text}"
            );
        }
        for text in ["", "-", "--1", "1.", ".5", "1.25", "1e3", "99999999999999999999"] {
            assert_eq!(number(NumberField::Loudness, text), None, "{text}");
        }
    }

    /// Expected values by `date -u -d DAY +%s`.
    #[test]
    fn dates_are_the_seconds_that_they_cover() {
        let cases = [
            ("1970-01-01", 0, 86_399),
            ("2024", 1_704_067_200, 1_735_689_599),
            ("2024-02", 1_706_745_600, 1_709_251_199),
            ("2023-12", 1_701_388_800, 1_704_067_199),
            ("2000-02-29", 951_782_400, 951_868_799),
            ("1969-12-31", -86_400, -1),
        ];
        for (text, low, high) in cases {
            assert_eq!(date(text), Some(Span { low, high }), "{text}");
            let day = if text.len() == 10 { text } else { &date_text(low) };
            assert_eq!(date_text(low), day);
        }
        for text in
            ["2023-02-29", "24", "2024-13", "2024-00", "2024-1-1-1", "2024-", "-2024", "2024-04-31", ""]
        {
            assert_eq!(date(text), None, "{text}");
        }
    }

    #[test]
    fn lengths_and_ages_add_up() {
        let lengths = [("90", 90), ("3:30", 210), ("1:02:03", 3723), ("10m", 600), ("1h30m", 5400)];
        for (text, seconds) in lengths {
            assert_eq!(number(NumberField::Duration, text), Some(seconds), "{text}");
        }
        for text in ["", "m", "10x", "1:2:3:4", "-1", "1:", "99999999999999999999", "9999999999999999h"] {
            assert_eq!(number(NumberField::Duration, text), None, "{text}");
        }
        assert_eq!(age("1y6mo"), Some((365 + 180) * 86_400));
        assert_eq!(age("90m"), Some(5400));
        assert_eq!(age("30"), None, "an age needs its unit");
        assert_eq!(
            (age_text(90), age_text(14 * 86_400), age_text(0)),
            ("90s".into(), "2w".into(), "0s".into())
        );
    }

    #[test]
    fn ratings_are_stars_and_rates_may_be_in_thousands() {
        let rating = |text| number(NumberField::Rating, text);
        assert_eq!(
            (rating("3.5"), rating("5"), rating("4.0"), rating("0")),
            (Some(7), Some(10), Some(8), Some(0))
        );
        assert_eq!((rating("5.5"), rating("3.2"), rating(".5"), rating("")), (None, None, None, None));
        let rate = |text| number(NumberField::Rate, text);
        assert_eq!((rate("44.1k"), rate("96k"), rate("48000")), (Some(44_100), Some(96_000), Some(48_000)));
        assert_eq!((rate("k"), rate("44.1.1k"), rate("44.1234k")), (None, None, None));
    }
}
