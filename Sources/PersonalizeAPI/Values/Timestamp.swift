package import Foundation

/// A moment on the wire: seconds since 1970-01-01T00:00:00Z as a JSON number, exact to the millisecond.
package struct Timestamp: Sendable, Hashable, Comparable {
    package var milliseconds: Int64

    package init(milliseconds: Int64) {
        self.milliseconds = milliseconds
    }

    /// Nil when `seconds` is not finite or over 9e15 milliseconds away from 1970.
    package init?(seconds: Double) {
        let milliseconds = (seconds * 1000).rounded()
        // Up to here a Double still counts every millisecond.
        guard abs(milliseconds) <= 9e15 else { return nil }
        self.milliseconds = Int64(milliseconds)
    }

    /// Clamped to the range of `init(seconds:)`.
    package init(_ date: Date) {
        let seconds = min(max(date.timeIntervalSince1970, -9e12), 9e12)
        milliseconds = Int64((seconds * 1000).rounded())
    }

    package var seconds: Double { Double(milliseconds) / 1000 }
    package var date: Date { Date(timeIntervalSince1970: seconds) }

    package static func < (left: Self, right: Self) -> Bool { left.milliseconds < right.milliseconds }
}

extension Timestamp: Codable {
    package init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        guard let timestamp = Timestamp(seconds: try container.decode(Double.self)) else {
            throw DecodingError.dataCorruptedError(in: container, debugDescription: "The time is out of range.")
        }
        self = timestamp
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        if milliseconds % 1000 == 0 {
            try container.encode(milliseconds / 1000)
        } else {
            try container.encode(seconds)
        }
    }
}
