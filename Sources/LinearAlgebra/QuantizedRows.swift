import CVectorKernels

/// Rows of a matrix as whole numbers of 8 bits, each row with a scale and a bound of what rounding cost it.
///
/// Memory is rows · (columns + 8) bytes, columns rounded up to a multiple of 16.
struct QuantizedRows: Sendable {
    /// Row by row.
    private var codes: [Int8] = []
    private var scales: [Float] = []
    /// By row: the length of what its code lacks.
    private(set) var errors: [Float] = []
    private let width: Int

    private static let greatestCode: Float = 127
    private static let lane = 16
    /// Rows that one thread codes at a time.
    private static let part = 4_096

    /// - Precondition: every number in `order` is a row of the matrix.
    init(_ matrix: Matrix, order: [UInt32], threads: Int) {
        let width = (matrix.columns + Self.lane - 1) / Self.lane * Self.lane
        self.width = width
        let ranges = Parallel.ranges(of: order.count, size: Self.part)
        let parts = Parallel.map(ranges.count, threads: threads) { index in
            var part = QuantizedRows(width: width)
            matrix.withUnsafeElements { elements in
                for row in order[ranges[index]] {
                    let start = Int(row) * matrix.columns
                    part.append(elements[start..<(start + matrix.columns)])
                }
            }
            return part
        }
        codes.reserveCapacity(order.count * width)
        for part in parts {
            codes += part.codes
            scales += part.scales
            errors += part.errors
        }
    }

    private init(width: Int) { self.width = width }

    private mutating func append(_ row: Slice<UnsafeBufferPointer<Float>>) {
        let scale = (row.lazy.map { abs($0) }.max() ?? 0) / Self.greatestCode
        var error: Float = 0
        for value in row {
            let code = scale > 0 ? (value / scale).rounded() : 0
            codes.append(Int8(max(-Self.greatestCode, min(code, Self.greatestCode))))
            error += (value - code * scale) * (value - code * scale)
        }
        codes.append(contentsOf: repeatElement(0, count: width - row.count))
        scales.append(scale)
        errors.append(error.squareRoot())
    }

    /// A query as whole numbers of at most 16 bits, few enough that no sum of products overflows.
    struct Query {
        fileprivate let codes: [Int16]
        fileprivate let scale: Float
        /// The length of the query, and of what its code lacks.
        let length: Float
        let error: Float
    }

    func query(_ values: [Float]) -> Query {
        let greatest = Float(min(32_767, Int(Int32.max) / (128 * max(width, 1))))
        let scale = (values.lazy.map { abs($0) }.max() ?? 0) / greatest
        var (codes, error, length): ([Int16], Float, Float) = ([], 0, 0)
        codes.reserveCapacity(width)
        for value in values {
            let code = scale > 0 ? (value / scale).rounded() : 0
            codes.append(Int16(max(-greatest, min(code, greatest))))
            error += (value - code * scale) * (value - code * scale)
            length += value * value
        }
        codes.append(contentsOf: repeatElement(0, count: max(width - values.count, 0)))
        return Query(codes: codes, scale: scale, length: length.squareRoot(), error: error.squareRoot())
    }

    /// Products of some rows with a query, off by at most |query| · error of the row + error of the query · |row|.
    ///
    /// - Precondition: the rows are there, and the query was made for these rows.
    func products(_ rows: Range<Int>, with query: Query) -> [Float] {
        precondition(rows.lowerBound >= 0 && rows.upperBound <= scales.count && query.codes.count == width)
        return [Float](unsafeUninitializedCapacity: rows.count) { target, initialized in
            codes.withUnsafeBufferPointer { codes in
                scales.withUnsafeBufferPointer { scales in
                    if let codes = codes.baseAddress, let scales = scales.baseAddress, let target = target.baseAddress {
                        palate_quantized_products(
                            codes + rows.lowerBound * width, rows.count, width, query.codes,
                            scales + rows.lowerBound, query.scale, target)
                        initialized = rows.count
                    }
                }
            }
        }
    }
}
