import CVectorKernels

/// Rows of a matrix as whole numbers of 8 bits, each row with a scale and a bound of what rounding cost it.
///
/// Rows lie in blocks of ``block``, as the kernel reads them. Memory is rows · (columns + 8) bytes, rows rounded up to a whole
/// block and columns to a multiple of 16.
struct QuantizedRows: Sendable {
    /// Block by block.
    private var codes: [Int8] = []
    private var scales: [Float] = []
    /// By row: the length of what its code lacks.
    private(set) var errors: [Float] = []
    private let width: Int

    static let block = Int(PALATE_QUANTIZED_BLOCK)
    private static let greatestCode: Float = 127
    private static let lane = 16
    /// Blocks that one thread codes at a time.
    private static let part = 256

    /// - Precondition: every number in `order` is a row of the matrix.
    init(_ matrix: Matrix, order: [UInt32], threads: Int) {
        let width = (matrix.columns + Self.lane - 1) / Self.lane * Self.lane
        self.width = width
        let ranges = Parallel.ranges(of: order.count, size: Self.part * Self.block)
        let parts = Parallel.map(ranges.count, threads: threads) { index in
            var part = QuantizedRows(width: width)
            matrix.withUnsafeElements { elements in
                for rows in Parallel.ranges(of: ranges[index].count, size: Self.block) {
                    let start = ranges[index].lowerBound
                    part.append(
                        order[(start + rows.lowerBound)..<(start + rows.upperBound)].map { row in
                            elements[(Int(row) * matrix.columns)..<((Int(row) + 1) * matrix.columns)]
                        })
                }
            }
            return part
        }
        let blocks = (order.count + Self.block - 1) / Self.block
        codes.reserveCapacity(blocks * Self.block * width)
        for part in parts {
            codes += part.codes
            scales += part.scales
            errors += part.errors
        }
    }

    private init(width: Int) { self.width = width }

    /// Adds a block, of which rows may be lacking at the end.
    private mutating func append(_ rows: [Slice<UnsafeBufferPointer<Float>>]) {
        let start = codes.count
        codes.append(contentsOf: repeatElement(0, count: Self.block * width))
        for (place, row) in rows.enumerated() {
            let scale = (row.lazy.map { abs($0) }.max() ?? 0) / Self.greatestCode
            var error: Float = 0
            for (column, value) in row.enumerated() {
                let code = scale > 0 ? (value / scale).rounded() : 0
                // Two columns of all rows side by side.
                codes[start + (column / 2 * Self.block + place) * 2 + column % 2] = Int8(
                    max(-Self.greatestCode, min(code, Self.greatestCode)))
                error += (value - code * scale) * (value - code * scale)
            }
            scales.append(scale)
            errors.append(error.squareRoot())
        }
        scales.append(contentsOf: repeatElement(0, count: Self.block - rows.count))
        errors.append(contentsOf: repeatElement(0, count: Self.block - rows.count))
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

    /// Writes the products of some rows with a query, off by at most |query| · error of the row + error of the query · |row|,
    /// and numbers for the other rows of the last block.
    ///
    /// - Precondition: the rows begin with a block and are there, the query was made for these rows, and `target` has room
    ///   for whole blocks.
    func products(_ rows: Range<Int>, with query: Query, into target: UnsafeMutableBufferPointer<Float>) {
        let blocks = (rows.count + Self.block - 1) / Self.block
        precondition(rows.lowerBound >= 0 && rows.lowerBound.isMultiple(of: Self.block))
        precondition(rows.lowerBound + blocks * Self.block <= scales.count && query.codes.count == width)
        precondition(target.count >= blocks * Self.block)
        codes.withUnsafeBufferPointer { codes in
            scales.withUnsafeBufferPointer { scales in
                if let codes = codes.baseAddress, let scales = scales.baseAddress, let target = target.baseAddress {
                    palate_quantized_products(
                        codes + rows.lowerBound * width, blocks, width, query.codes, scales + rows.lowerBound,
                        query.scale, target)
                }
            }
        }
    }
}
