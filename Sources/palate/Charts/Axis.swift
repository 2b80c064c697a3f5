import Foundation

/// From values to places on a line of a drawing.
struct Axis {
    let lower: Double
    let upper: Double
    let start: Double
    let end: Double
    let isLogarithmic: Bool
    let ticks: [Double]

    /// From `lower` to a round number at or above `upper`, with a handful of round ticks.
    init(from lower: Double, to upper: Double, start: Double, end: Double) {
        let span = upper > lower ? upper - lower : max(abs(upper), 1)
        let step = Self.step(span / 4)
        let first = (lower / step).rounded(.down) * step
        let steps = ((lower + span - first) / step - 1e-9).rounded(.up)
        // More than a handful only where numbers are too large to be told apart.
        let count = steps.isFinite ? Int(min(max(steps, 1), 20)) : 1
        self.lower = first
        self.upper = first + Double(count) * step
        self.start = start
        self.end = end
        isLogarithmic = false
        ticks = (0...count).map { first + Double($0) * step }
    }

    /// Over whole powers of ten that hold `values`; what is not above 0 counts as the smallest that is.
    init(logarithmic values: [Double], start: Double, end: Double) {
        let positive = values.filter { $0 > 0 }
        let low = floor(log10(positive.min() ?? 0.1) + 1e-9)
        let high = max(ceil(log10(positive.max() ?? 1) - 1e-9), low + 1)
        lower = pow(10, low)
        upper = pow(10, high)
        self.start = start
        self.end = end
        isLogarithmic = true
        ticks = stride(from: low, through: high, by: 1).map { pow(10, $0) }
    }

    func place(_ value: Double) -> Double {
        let share =
            isLogarithmic
            ? log10(max(value, lower) / lower) / log10(upper / lower) : (value - lower) / (upper - lower)
        return start + min(max(share, 0), 1) * (end - start)
    }

    /// 1, 2 or 5 times a power of ten, at least `least`.
    private static func step(_ least: Double) -> Double {
        guard least > 0, least.isFinite else { return 1 }
        let power = pow(10, floor(log10(least)))
        return [1, 2, 5, 10].map { $0 * power }.first { $0 >= least * 0.999 } ?? 10 * power
    }

    /// A tick as short as it can be said.
    static func label(_ value: Double) -> String {
        let isLong = abs(value) >= 10_000 && abs(value) < 1_000_000
        return value == 0 ? "0" : String(format: isLong ? "%.0f" : "%.4g", value)
    }
}
