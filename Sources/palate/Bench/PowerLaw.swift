import Foundation

/// y = c · xᵃ through points, by least squares of the logarithms.
struct PowerLaw: Codable, Sendable, Equatable {
    /// a.
    let exponent: Double
    /// c.
    let factor: Double

    /// Nil for fewer than two different x; points that are not above 0 are left out.
    init?(_ points: [(x: Double, y: Double)]) {
        let logarithms = points.filter { $0.x > 0 && $0.y > 0 }.map { (x: log($0.x), y: log($0.y)) }
        let count = Double(logarithms.count)
        guard count > 0 else { return nil }
        let meanX = logarithms.reduce(0) { $0 + $1.x } / count
        let meanY = logarithms.reduce(0) { $0 + $1.y } / count
        let spread = logarithms.reduce(0) { $0 + ($1.x - meanX) * ($1.x - meanX) }
        guard spread > 0 else { return nil }
        exponent = logarithms.reduce(0) { $0 + ($1.x - meanX) * ($1.y - meanY) } / spread
        factor = exp(meanY - exponent * meanX)
    }
}
