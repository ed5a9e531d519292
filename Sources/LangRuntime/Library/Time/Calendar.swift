/// Days and their names in the Gregorian calendar, which is taken to hold for all years.
///
/// Days are numbered from 1970-01-01. The arithmetic is of years that begin in March, so that the day
/// which is not always there is the last.
enum Calendar {
  /// The days that the language has: the years 1 to 9999.
  static let days = -719_162...2_932_896

  static func isLeap(_ year: Int) -> Bool {
    year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
  }

  static func daysInMonth(_ year: Int, _ month: Int) -> Int {
    switch month {
    case 2: isLeap(year) ? 29 : 28
    case 4, 6, 9, 11: 30
    default: 31
    }
  }

  /// The number of a day.
  static func day(_ year: Int, _ month: Int, _ day: Int) -> Int {
    let year = month <= 2 ? year - 1 : year
    let era = floorDivided(year, by: 400)
    let yearOfEra = year - era * 400
    let dayOfYear = (153 * ((month + 9) % 12) + 2) / 5 + day - 1
    return era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719_468
  }

  /// Year, month and day of a number.
  static func date(_ day: Int) -> (year: Int, month: Int, day: Int) {
    let shifted = day + 719_468
    let era = floorDivided(shifted, by: 146_097)
    let dayOfEra = shifted - era * 146_097
    let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
    let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let month = (5 * dayOfYear + 2) / 153
    let dayOfMonth = dayOfYear - (153 * month + 2) / 5 + 1
    let year = yearOfEra + era * 400 + (month >= 10 ? 1 : 0)
    return (year, month < 10 ? month + 3 : month - 9, dayOfMonth)
  }

  /// The day of the week, 0 for Monday.
  static func weekday(_ day: Int) -> Int { day - 4 - floorDivided(day - 4, by: 7) * 7 }

  /// The Monday with which the first week of a year begins: the week with January 4th.
  static func firstMonday(_ year: Int) -> Int {
    let fourth = day(year, 1, 4)
    return fourth - weekday(fourth)
  }

  static func weeksInYear(_ year: Int) -> Int {
    (firstMonday(year + 1) - firstMonday(year)) / 7
  }

  static func floorDivided(_ a: Int, by b: Int) -> Int {
    a >= 0 ? a / b : (a + 1) / b - 1
  }
}
