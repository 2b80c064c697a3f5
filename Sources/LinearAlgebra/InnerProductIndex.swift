import CVectorKernels
import Foundation

/// Finds the rows of a matrix that have the greatest inner products with a query, without multiplying all of them.
///
/// The answer is exact. Rows are kept from the longest to the shortest, in segments, each with a copy of 8 bits an
/// element. The copy gives the products of a segment to within a known error, and no product exceeds |query| · |row|
/// (Cauchy and Schwarz), so a search ends before the first segment whose rows are too short for the list (C. Teflioudi,
/// R. Gemulla, O. Mykytiuk, "LEMP: Fast Retrieval of Large Entries in a Matrix Product", SIGMOD 2015, section 3). The few
/// rows that may be in the list by then are multiplied in single precision.
///
/// Memory is rows · (columns + 12) bytes beside the matrix. A search costs rows · columns operations on bytes at worst.
public struct InnerProductIndex: Sendable {
    private let matrix: Matrix
    /// Row numbers, longest row first.
    private let order: [UInt32]
    /// In that order.
    private let quantized: QuantizedRows
    private let segments: [Segment]

    private struct Segment {
        let places: Range<Int>
        /// No row is longer.
        let length: Float
        /// No row is farther from its code.
        let error: Float
        /// Means over the rows from here to the last: of the row, and of its outer product.
        let mean: [Float]
        let square: Matrix
    }

    /// The first segment, whose long rows often decide, is small; a later one is a part of what came before.
    private static let firstSegment = 4_096
    private static let growth = 0.25
    /// Rows that are multiplied at a time, whole blocks of ``QuantizedRows``; their products stay in the first cache.
    private static let tile = 2_048

    /// O(rows · columns²).
    public init(_ matrix: Matrix, threads: Int) {
        let (rows, columns) = (matrix.rows, matrix.columns)
        let lengths = Parallel.map(rows, threads: threads) { row in
            matrix.withUnsafeElements { elements in
                elements[(row * columns)..<((row + 1) * columns)].reduce(0) { $0 + $1 * $1 }.squareRoot()
            }
        }
        let order = (0..<UInt32(clamping: rows)).sorted { left, right in
            let (first, second) = (lengths[Int(left)], lengths[Int(right)])
            return first == second ? left < right : first > second
        }
        quantized = QuantizedRows(matrix, order: order, threads: threads)
        var bounds = [0]
        while let last = bounds.last, last < order.count {
            let next = last + max(Self.firstSegment, Int(Double(last) * Self.growth))
            bounds.append(min(order.count, next / QuantizedRows.block * QuantizedRows.block))
        }
        var segments: [Segment] = []
        var sum = [Float](repeating: 0, count: columns)
        var square = Matrix(rows: columns, columns: columns)
        for (start, end) in zip(bounds, bounds.dropFirst()).reversed() {
            var part = Matrix(rows: end - start, columns: columns)
            part.withUnsafeMutableElements { target in
                matrix.withUnsafeElements { elements in
                    for (index, row) in order[start..<end].enumerated() {
                        for column in 0..<columns {
                            target[index * columns + column] = elements[Int(row) * columns + column]
                        }
                    }
                }
            }
            part.accumulate(
                rows: (0..<UInt32(clamping: end - start)).map { $0 },
                weights: [Float](repeating: 1, count: end - start), into: &sum)
            let gram = part.gram(threads: threads)
            let count = Float(order.count - start)
            var mean = Matrix(rows: columns, columns: columns)
            square.withUnsafeMutableElements { square in
                mean.withUnsafeMutableElements { mean in
                    gram.withUnsafeElements { gram in
                        for index in gram.indices {
                            square[index] += gram[index]
                            mean[index] = square[index] / count
                        }
                    }
                }
            }
            segments.append(
                Segment(
                    places: start..<end, length: lengths[Int(order[start])],
                    error: quantized.errors[start..<end].max() ?? 0, mean: sum.map { $0 / count }, square: mean))
        }
        self.segments = segments.reversed()
        self.matrix = matrix
        self.order = order
    }

    /// The rows that a search may give.
    public enum Choice {
        case all
        /// Those for which the closure is true.
        case rows(where: (Int) -> Bool)
        /// Only these; they are multiplied one by one, so they should be few.
        case among([UInt32])
    }

    /// The rows with the greatest products.
    public struct Best: Sendable, Equatable {
        /// Best first; of equal products the lower row comes first.
        public let rows: [Int]
        public let products: [Float]
    }

    /// Rows whose exponentials are summed one by one.
    private static let summedRows = 16_384

    /// ln Σ e^product over all rows. After the first 16,384, the longest ones, rows count by the mean and the variance of
    /// their products.
    ///
    /// - Precondition: the query has as many elements as the matrix has columns.
    public func logSum(for values: [Float]) -> Double {
        precondition(values.count == matrix.columns)
        let query = quantized.query(values)
        var sum = RunningExponentialSum()
        withUnsafeTemporaryAllocation(of: Float.self, capacity: Self.tile) { products in
            for segment in segments {
                if segment.places.lowerBound >= Self.summedRows { return sum.add(estimate(segment, values)) }
                for rows in tiles(segment) {
                    quantized.products(rows, with: query, into: products)
                    sum.add(UnsafeBufferPointer(rebasing: products[..<rows.count]))
                }
            }
        }
        return sum.logarithm
    }

    private func tiles(_ segment: Segment) -> some Sequence<Range<Int>> {
        stride(from: segment.places.lowerBound, to: segment.places.upperBound, by: Self.tile).lazy.map {
            $0..<min($0 + Self.tile, segment.places.upperBound)
        }
    }

    /// The `count` best rows of a choice; fewer when there are no more.
    ///
    /// - Precondition: the query has as many elements as the matrix has columns, and chosen rows are in the matrix.
    public func best(_ count: Int, for values: [Float], in choice: Choice = .all) -> Best {
        precondition(values.count == matrix.columns)
        if case .among(let chosen) = choice { return exact(chosen, values, count: count) }
        let query = quantized.query(values)
        var candidates = Candidates(count: count)
        withUnsafeTemporaryAllocation(of: Float.self, capacity: Self.tile) { products in
            for segment in segments {
                // The last term covers rounding of lengths and products in single precision.
                let error = query.length * segment.error + (query.error + 1e-5 * query.length) * segment.length
                if candidates.isFull, segment.length * query.length + error < candidates.least { return }
                for rows in tiles(segment) {
                    quantized.products(rows, with: query, into: products)
                    let products = UnsafeBufferPointer(rebasing: products[..<rows.count])
                    if case .rows(let isAllowed) = choice {
                        candidates.offer(products, from: rows.lowerBound, error: error) { isAllowed(Int(order[$0])) }
                    } else {
                        candidates.offer(products, from: rows.lowerBound, error: error) { _ in true }
                    }
                }
            }
        }
        return exact(candidates.places.map { order[$0] }, values, count: count)
    }

    private func exact(_ rows: [UInt32], _ values: [Float], count: Int) -> Best {
        let sorted = rows.sorted()
        precondition(sorted.last.map { Int($0) < matrix.rows } ?? true)
        var products = [Float](repeating: 0, count: sorted.count)
        matrix.withUnsafeElements { elements in
            guard let elements = elements.baseAddress else { return }
            palate_row_products(elements, matrix.columns, sorted, sorted.count, values, &products)
        }
        let best = topIndices(of: products, count: count)
        return Best(rows: best.map { Int(sorted[$0]) }, products: best.map { products[$0] })
    }

    /// Σ e^product over the rows from a segment to the last, to the second order around the mean product.
    private func estimate(_ segment: Segment, _ values: [Float]) -> (maximum: Double, sum: Double) {
        var mean = 0.0
        for (row, value) in values.enumerated() { mean += Double(segment.mean[row] * value) }
        let square = segment.square.withUnsafeElements { elements in
            elements.baseAddress.map { palate_quadratic_form($0, values.count, values) } ?? 0
        }
        let variance = max(square - mean * mean, 0)
        return (mean, Double(order.count - segment.places.lowerBound) * (1 + variance / 2))
    }
}

/// ln Σ e^x over values that come in parts.
private struct RunningExponentialSum {
    private var maximum = -Double.infinity
    private var sum = 0.0

    mutating func add(_ values: UnsafeBufferPointer<Float>) {
        guard let base = values.baseAddress, !values.isEmpty else { return }
        let greatest = palate_maximum(base, values.count)
        add((Double(greatest), palate_exponential_sum(base, values.count, greatest)))
    }

    mutating func add(_ part: (maximum: Double, sum: Double)) {
        let greatest = max(maximum, part.maximum)
        sum = (sum > 0 ? sum * exp(maximum - greatest) : 0) + part.sum * exp(part.maximum - greatest)
        maximum = greatest
    }

    var logarithm: Double { sum > 0 ? maximum + log(sum) : -.infinity }
}

/// The places that may belong to the best, known to within an error.
private struct Candidates {
    private let count: Int
    /// The greatest lower bounds, as a heap with the least at its root.
    private var lower: [Float] = []
    private var found: [(place: Int, upper: Float)] = []

    init(count: Int) {
        self.count = max(count, 0)
        lower.reserveCapacity(self.count)
    }

    var isFull: Bool { lower.count == count }

    /// No candidate below it is among the best; -∞ while there are too few.
    var least: Float { isFull ? lower.first ?? .infinity : -.infinity }

    /// Those that can still be among the best.
    var places: [Int] {
        let least = least
        return found.compactMap { $0.upper >= least ? $0.place : nil }
    }

    /// Products that one look at them tells apart; after it the bar may be higher.
    private static let stretch = 256

    mutating func offer(
        _ products: UnsafeBufferPointer<Float>, from start: Int, error: Float, where isAllowed: (Int) -> Bool
    ) {
        guard count > 0, let base = products.baseAddress else { return }
        var least = least
        withUnsafeTemporaryAllocation(of: UInt32.self, capacity: Self.stretch) { places in
            guard let first = places.baseAddress else { return }
            for begin in stride(from: 0, to: products.count, by: Self.stretch) {
                let found = palate_places_at_least(
                    base + begin, min(Self.stretch, products.count - begin), least - error, first)
                for place in places[..<min(found, places.count)] {
                    let index = begin + Int(place)
                    let product = products[index]
                    guard product + error >= least, isAllowed(start + index) else { continue }
                    self.found.append((start + index, product + error))
                    push(product - error)
                    least = self.least
                }
            }
        }
    }

    private mutating func push(_ bound: Float) {
        if lower.count < count {
            var child = lower.count
            lower.append(bound)
            while child > 0, lower[child] < lower[(child - 1) / 2] {
                lower.swapAt(child, (child - 1) / 2)
                child = (child - 1) / 2
            }
        } else if let root = lower.first, bound > root {
            lower[0] = bound
            var parent = 0
            while true {
                var least = parent
                for child in [2 * parent + 1, 2 * parent + 2] where child < lower.count && lower[child] < lower[least] {
                    least = child
                }
                if least == parent { return }
                lower.swapAt(parent, least)
                parent = least
            }
        }
    }
}
