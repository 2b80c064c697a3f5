package import Foundation

/// The two date forms of S3: ISO 8601 in documents, RFC 9110 in headers. Both in UTC and independent of the locale.
package enum WireDate {
    /// `2026-11-23T10:11:12.000Z`
    package static func iso8601(_ date: Date, milliseconds: Bool = true) -> String {
        let parts = Parts(date)
        let day = "\(pad(parts.year, 4))-\(pad(parts.month))-\(pad(parts.day))"
        let time = "\(pad(parts.hour)):\(pad(parts.minute)):\(pad(parts.second))"
        return milliseconds ? "\(day)T\(time).\(pad(parts.millisecond, 3))Z" : "\(day)T\(time)Z"
    }

    /// `Mon, 23 Nov 2026 10:11:12 GMT`
    package static func http(_ date: Date) -> String {
        let parts = Parts(date)
        let time = "\(pad(parts.hour)):\(pad(parts.minute)):\(pad(parts.second))"
        return
            "\(weekdays[parts.weekday]), \(pad(parts.day)) \(months[parts.month - 1]) \(pad(parts.year, 4)) \(time) GMT"
    }

    package static func parseHTTP(_ text: String) -> Date? {
        let fields = text.split(whereSeparator: { " ,:-".contains($0) })
        guard fields.count >= 7, let day = Int(fields[1]), let month = months.firstIndex(of: String(fields[2])),
            let year = Int(fields[3]), let hour = Int(fields[4]), let minute = Int(fields[5]),
            let second = Int(fields[6])
        else { return nil }
        return date(year, month + 1, day, hour, minute, second)
    }

    /// Takes the extended form with or without a fraction, and the basic form of signatures.
    package static func parseISO8601(_ text: String) -> Date? {
        let digits = text.prefix { $0 != "." }.filter { $0.isASCII && $0.isNumber }
        guard digits.count == 14, text.hasSuffix("Z") else { return nil }
        let values = Array(digits.utf8).map { Int($0) - 0x30 }
        func number(_ range: Range<Int>) -> Int { values[range].reduce(0) { $0 * 10 + $1 } }
        let fraction = text.split(separator: ".").dropFirst().first.flatMap { Double("0.\($0.dropLast())") } ?? 0
        return date(number(0..<4), number(4..<6), number(6..<8), number(8..<10), number(10..<12), number(12..<14))?
            .addingTimeInterval(fraction)
    }

    private static let weekdays = ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"]
    private static let months = [
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
    ]

    private static func pad(_ number: Int, _ width: Int = 2) -> String {
        let digits = String(number)
        return String(repeating: "0", count: max(0, width - digits.count)) + digits
    }

    private static func date(_ year: Int, _ month: Int, _ day: Int, _ hour: Int, _ minute: Int, _ second: Int) -> Date?
    {
        guard (1...9999).contains(year), (1...12).contains(month), (1...31).contains(day), (0...23).contains(hour),
            (0...59).contains(minute), (0...60).contains(second)
        else { return nil }
        let days = daysSinceEpoch(year, month, day)
        return Date(timeIntervalSince1970: Double(days * 86400 + hour * 3600 + minute * 60 + second))
    }

    /// Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms", `days_from_civil`.
    private static func daysSinceEpoch(_ year: Int, _ month: Int, _ day: Int) -> Int {
        let year = month <= 2 ? year - 1 : year
        let era = (year >= 0 ? year : year - 399) / 400
        let yearOfEra = year - era * 400
        let dayOfYear = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1
        return era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719_468
    }

    private struct Parts {
        let year: Int, month: Int, day: Int, hour: Int, minute: Int, second: Int, millisecond: Int
        /// 0 is Thursday, the weekday of 1 January 1970.
        let weekday: Int

        /// The inverse, `civil_from_days`.
        init(_ date: Date) {
            let clamped = min(max(date.timeIntervalSince1970, -62_135_596_800), 253_402_300_799)
            let milliseconds = Int((clamped * 1000).rounded(.down))
            let days = Int((Double(milliseconds) / 86_400_000).rounded(.down))
            let rest = milliseconds - days * 86_400_000
            millisecond = rest % 1000
            second = rest / 1000 % 60
            minute = rest / 60_000 % 60
            hour = rest / 3_600_000
            weekday = ((days % 7) + 7) % 7
            let shifted = days + 719_468
            let era = (shifted >= 0 ? shifted : shifted - 146_096) / 146_097
            let dayOfEra = shifted - era * 146_097
            let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36524 - dayOfEra / 146_096) / 365
            let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
            let month = (5 * dayOfYear + 2) / 153
            day = dayOfYear - (153 * month + 2) / 5 + 1
            self.month = month < 10 ? month + 3 : month - 9
            year = yearOfEra + era * 400 + (self.month <= 2 ? 1 : 0)
        }
    }
}
