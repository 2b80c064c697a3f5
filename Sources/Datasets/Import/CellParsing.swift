/// What is wrong with a cell; the importer adds the place.
struct CellError: Error {
    let message: String
    /// Whether the message is about the text, which is then shown.
    var showsText = true
}

/// Values from the bytes of a cell. Nothing is trimmed: a space is not part of a number.
enum CellParsing {
    typealias Cell = UnsafeBufferPointer<UInt8>

    static func integer(_ cell: Cell) throws(CellError) -> Int64 {
        var at = 0
        var isNegative = false
        if cell.count > 1, cell[0] == UInt8(ascii: "-") {
            isNegative = true
            at = 1
        }
        var value: UInt64 = 0
        // 18 digits cannot overflow.
        let safe = min(cell.count, at + 18)
        while safe - at >= 8 {
            let word = UnsafeRawBufferPointer(cell).loadUnaligned(fromByteOffset: at, as: UInt64.self)
            guard let digits = eightDigits(UInt64(littleEndian: word)) else {
                throw CellError(message: notWhole(cell))
            }
            value = value &* 100_000_000 &+ digits
            at += 8
        }
        while at < safe {
            let digit = cell[at] &- 0x30
            guard digit <= 9 else { throw CellError(message: notWhole(cell)) }
            value = value &* 10 &+ UInt64(digit)
            at += 1
        }
        while at < cell.count {
            let digit = cell[at] &- 0x30
            guard digit <= 9 else { throw CellError(message: notWhole(cell)) }
            let (product, overflow) = value.multipliedReportingOverflow(by: 10)
            let (sum, carry) = product.addingReportingOverflow(UInt64(digit))
            guard !overflow, !carry else { throw CellError(message: "is out of the range of a long") }
            value = sum
            at += 1
        }
        guard value <= UInt64(Int64.max) else { throw CellError(message: "is out of the range of a long") }
        let magnitude = Int64(value)
        return isNegative ? -magnitude : magnitude
    }

    /// The number that eight digits are, the first one in the lowest byte; nil when one is not a digit.
    ///
    /// Neighbours are joined to numbers of two digits, then of four, then of eight, all at once.
    @inline(__always)
    private static func eightDigits(_ word: UInt64) -> UInt64? {
        let high = word & 0xF0F0_F0F0_F0F0_F0F0
        let carried = (word &+ 0x0606_0606_0606_0606) & 0xF0F0_F0F0_F0F0_F0F0
        guard high | carried >> 4 == 0x3333_3333_3333_3333 else { return nil }
        var value = word &- 0x3030_3030_3030_3030
        value = (value &* 10 &+ value >> 8) & 0x00FF_00FF_00FF_00FF
        value = (value &* 100 &+ value >> 16) & 0x0000_FFFF_0000_FFFF
        return (value &* 10_000 &+ value >> 32) & 0xFFFF_FFFF
    }

    private static func notWhole(_ cell: Cell) -> String {
        decimal(cell) != nil ? "is not a whole number" : "is not a number"
    }

    /// Later than any event: in seconds it is the year 5138, in milliseconds March 1973.
    private static let implausibleSeconds: Int64 = 100_000_000_000

    static func timestamp(_ cell: Cell) throws(CellError) -> Int64 {
        let value = try integer(cell)
        guard value >= 0 else { throw CellError(message: "is before 1970; timestamps are seconds since 1970") }
        guard value < implausibleSeconds else {
            throw CellError(message: "looks like milliseconds; timestamps are seconds since 1970")
        }
        return value
    }

    static func number(_ cell: Cell) throws(CellError) -> Double {
        guard let value = decimal(cell) else { throw CellError(message: "is not a number") }
        guard value.isFinite else { throw CellError(message: "is out of the range of a double") }
        return value
    }

    private static let powersOfTen: [Double] = [
        1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18,
    ]

    /// A decimal number, correctly rounded; nil if the text is not one. Infinite if it is out of range.
    ///
    /// Up to 15 digits, the digits and the power of ten are exact in a double, so one division rounds correctly
    /// (W. D. Clinger, "How to Read Floating Point Numbers Accurately", 1990).
    private static func decimal(_ cell: Cell) -> Double? {
        var at = 0
        var isNegative = false
        if let first = cell.first, first == UInt8(ascii: "-") || first == UInt8(ascii: "+") {
            isNegative = first == UInt8(ascii: "-")
            at = 1
        }
        var mantissa: UInt64 = 0
        var digits = 0
        var fraction = 0
        var hasPoint = false
        while at < cell.count, digits <= 15 {
            let byte = cell[at]
            if byte == UInt8(ascii: "."), !hasPoint {
                hasPoint = true
            } else if byte &- 0x30 <= 9 {
                mantissa = mantissa &* 10 &+ UInt64(byte &- 0x30)
                digits += 1
                if hasPoint { fraction += 1 }
            } else {
                break
            }
            at += 1
        }
        if at == cell.count, digits > 0, digits <= 15 {
            let value = Double(mantissa) / powersOfTen[fraction]
            return isNegative ? -value : value
        }
        guard cell.count <= 400,
            cell.allSatisfy({ byte in
                byte &- 0x30 <= 9 || byte == UInt8(ascii: ".") || byte == UInt8(ascii: "-") || byte == UInt8(ascii: "+")
                    || byte | 0x20 == UInt8(ascii: "e")
            })
        else { return nil }
        return Double(String(decoding: cell, as: UTF8.self))
    }

    static func boolean(_ cell: Cell) throws(CellError) -> Bool {
        if cell.elementsEqual("true".utf8) { return true }
        if cell.elementsEqual("false".utf8) { return false }
        throw CellError(message: "is not a boolean; write true or false in lower case")
    }

    /// Checks that a cell is UTF-8 of at most `maximumLength` characters, without NUL.
    static func checkText(_ cell: Cell, maximumLength: Int) throws(CellError) {
        let text = String(decoding: cell, as: UTF8.self)
        guard text.utf8.elementsEqual(cell) else {
            throw CellError(message: "is not valid UTF-8; save the file with the encoding UTF-8")
        }
        guard !cell.contains(0) else {
            throw CellError(message: "has a NUL byte; save the file with the encoding UTF-8, not UTF-16")
        }
        if cell.count > maximumLength {
            let length = text.unicodeScalars.count
            guard length <= maximumLength else {
                throw CellError(message: "has \(length) characters, but at most \(maximumLength) are allowed")
            }
        }
    }
}
