public import ArgumentParser
import Foundation

/// An amount of memory as it is written in options and settings: `2GiB`, `500 MB`, `1048576`.
public struct ByteCount: ExpressibleByArgument, Sendable, Equatable {
    public let bytes: Int

    private static let units: [String: Double] = [
        "": 1, "b": 1, "kb": 1e3, "mb": 1e6, "gb": 1e9, "tb": 1e12, "k": 1024, "kib": 1024, "m": 1_048_576,
        "mib": 1_048_576, "g": 1_073_741_824, "gib": 1_073_741_824, "t": 1_099_511_627_776, "tib": 1_099_511_627_776,
    ]

    /// Nil for what is not an amount of at least one byte.
    public init?(argument: String) {
        let number = argument.prefix { $0.isASCII && $0.isNumber || $0 == "." }
        let unit = argument.dropFirst(number.count).trimmingCharacters(in: .whitespaces).lowercased()
        guard let value = Double(number), let factor = Self.units[unit],
            let bytes = Int(exactly: (value * factor).rounded()), bytes >= 1
        else { return nil }
        self.bytes = bytes
    }
}
