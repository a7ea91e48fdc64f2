//! Days as numbers, so that a series can step over years without asking a calendar for each.

use jiff::civil::{Date, Weekday};

/// Returns the number of `date`, counted from 1 January 1970.
pub fn number(date: Date) -> i32 {
    let (year, month, day) = (i32::from(date.year()), i32::from(date.month()), i32::from(date.day()));
    // Years are counted from March, so that the leap day comes last.
    let year = if month <= 2 { year - 1 } else { year };
    let century = year.div_euclid(400);
    let of_century = year.rem_euclid(400);
    let of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    century * 146_097 + of_century * 365 + of_century / 4 - of_century / 100 + of_year - 719_468
}

/// Returns the date with this number; `None` outside of the years that can be written.
pub fn date(number: i32) -> Option<Date> {
    let shifted = number.checked_add(719_468)?;
    let century = shifted.div_euclid(146_097);
    let day = shifted.rem_euclid(146_097);
    let year = (day - day / 1_460 + day / 36_524 - day / 146_096) / 365;
    let of_year = day - (365 * year + year / 4 - year / 100);
    let month = (5 * of_year + 2) / 153;
    let day = of_year - (153 * month + 2) / 5 + 1;
    let month = if month < 10 { month + 3 } else { month - 9 };
    let year = year + century * 400 + i32::from(month <= 2);
    Date::new(i16::try_from(year).ok()?, i8::try_from(month).ok()?, i8::try_from(day).ok()?).ok()
}

/// Returns how many days after the last `first` day of the week the day `number` is, 0 to 6.
pub fn into_week(number: i32, first: Weekday) -> i32 {
    // 1 January 1970 was a Thursday: the fourth day after a Monday's start.
    (number + 3 - i32::from(first.to_monday_zero_offset())).rem_euclid(7)
}

/// Returns the number of the first day of week 1 of `year`: the first week that has four days in it.
fn first_week(year: i16, first: Weekday) -> Option<i32> {
    let new_year = number(Date::new(year, 1, 1).ok()?);
    let into = into_week(new_year, first);
    Some(if into <= 3 { new_year - into } else { new_year + 7 - into })
}

/// Returns the week that `date` is in and how many weeks that year has.
pub fn week(date: Date, first: Weekday) -> Option<(i32, i32)> {
    let day = number(date);
    let mut year = date.year().checked_add(1)?;
    while first_week(year, first)? > day {
        year -= 1;
    }
    let begins = first_week(year, first)?;
    let weeks = (first_week(year.checked_add(1)?, first)? - begins) / 7;
    Some(((day - begins) / 7 + 1, weeks))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_and_dates_are_the_same_days_over_all_centuries() {
        let mut day = Date::new(1582, 12, 30).unwrap();
        let mut expected = number(day);
        while day.year() < 2405 {
            assert_eq!(number(day), expected);
            assert_eq!(date(expected), Some(day));
            assert_eq!(
                into_week(expected, Weekday::Monday),
                i32::from(day.weekday().to_monday_zero_offset())
            );
            let iso = day.iso_week_date();
            assert_eq!(week(day, Weekday::Monday).map(|(week, _)| week), Some(i32::from(iso.week())));
            day = day.tomorrow().unwrap();
            expected += 1;
        }
        assert_eq!((number(Date::new(1970, 1, 1).unwrap()), date(i32::MAX), date(i32::MIN)), (0, None, None));
    }
}
