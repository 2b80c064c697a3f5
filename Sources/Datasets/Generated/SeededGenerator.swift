/// A random number generator that gives the same numbers for the same seed on every machine: xoshiro256**, started from
/// SplitMix64.
///
/// Source: D. Blackman and S. Vigna, "Scrambled Linear Pseudorandom Number Generators", 2018.
public struct SeededGenerator: RandomNumberGenerator, Sendable {
    private var state: (UInt64, UInt64, UInt64, UInt64)

    public init(seed: UInt64) {
        var splitMix = seed
        func next() -> UInt64 {
            splitMix &+= 0x9E37_79B9_7F4A_7C15
            var value = splitMix
            value = (value ^ value >> 30) &* 0xBF58_476D_1CE4_E5B9
            value = (value ^ value >> 27) &* 0x94D0_49BB_1331_11EB
            return value ^ value >> 31
        }
        state = (next(), next(), next(), next())
    }

    public mutating func next() -> UInt64 {
        let product = state.1 &* 5
        let result = (product << 7 | product >> 57) &* 9
        let shifted = state.1 << 17
        state.2 ^= state.0
        state.3 ^= state.1
        state.1 ^= state.2
        state.0 ^= state.3
        state.2 ^= shifted
        state.3 = state.3 << 45 | state.3 >> 19
        return result
    }

    /// Uniform in 0..<1, with 53 random bits.
    public mutating func unit() -> Double { Double(next() >> 11) * 0x1p-53 }

    /// Uniform in 0..<bound, by D. Lemire's multiplication ("Fast Random Integer Generation in an Interval", 2019).
    ///
    /// - Precondition: `bound` is positive.
    public mutating func index(below bound: Int) -> Int {
        precondition(bound > 0, "a bound must be positive")
        let range = UInt64(bound)
        var product = next().multipliedFullWidth(by: range)
        if product.low < range {
            let threshold = (0 &- range) % range
            while product.low < threshold { product = next().multipliedFullWidth(by: range) }
        }
        return Int(product.high)
    }

    /// Standard normal, by the polar method.
    public mutating func normal() -> Double {
        while true {
            let x = 2 * unit() - 1
            let y = 2 * unit() - 1
            let square = x * x + y * y
            if square > 0, square < 1 { return x * (-2 * naturalLogarithm(square) / square).squareRoot() }
        }
    }

    /// Exponential with the given mean.
    public mutating func exponential(mean: Double) -> Double { -mean * naturalLogarithm(1 - unit()) }
}

/// The natural logarithm from elementary operations, so that generated data does not differ between C libraries.
///
/// Reduces to [√½, √2) and sums the series of artanh; the error is below 1e-15 relative.
func naturalLogarithm(_ value: Double) -> Double {
    guard value > 0 else { return -.infinity }
    var mantissa = value.significand
    var exponent = Double(value.exponent)
    if mantissa > 1.414_213_562_373_095_1 {
        mantissa /= 2
        exponent += 1
    }
    let ratio = (mantissa - 1) / (mantissa + 1)
    let square = ratio * ratio
    var term = ratio
    var sum = 0.0
    var divisor = 1.0
    while divisor < 42 {
        sum += term / divisor
        term *= square
        divisor += 2
    }
    return 2 * sum + exponent * 0.693_147_180_559_945_3
}

/// `base` to the power of `exponent` for a positive base, from elementary operations for the same reason.
func power(_ base: Double, _ exponent: Double) -> Double {
    let natural = exponent * naturalLogarithm(base)
    let halvings = (natural / 0.693_147_180_559_945_3).rounded()
    guard halvings.magnitude < 1_000 else { return natural < 0 ? 0 : .infinity }
    let rest = natural - halvings * 0.693_147_180_559_945_3
    var term = 1.0
    var sum = 1.0
    for step in 1...20 {
        term *= rest / Double(step)
        sum += term
    }
    return sum * Double(sign: .plus, exponent: Int(halvings), significand: 1)
}
