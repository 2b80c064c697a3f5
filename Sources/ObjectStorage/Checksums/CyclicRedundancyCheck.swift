/// A reflected cyclic redundancy check with all-ones start and final complement, 32 or 64 bits wide.
///
/// Computed eight bytes a step by table ("slicing-by-8"; M. E. Kounavis and F. L. Berry, "A Systematic Approach to
/// Building High Performance Software-Based CRC Generators", 2005).
package struct CyclicRedundancyCheck: Sendable {
    package struct Parameters: Sendable {
        /// The polynomial with its bits reversed.
        fileprivate let polynomial: UInt64
        fileprivate let width: UInt64
        fileprivate let tables: [UInt64]

        fileprivate init(polynomial: UInt64, width: UInt64) {
            self.polynomial = polynomial
            self.width = width
            var tables = [UInt64](repeating: 0, count: 8 * 256)
            for byte in 0..<256 {
                var remainder = UInt64(byte)
                for _ in 0..<8 {
                    remainder = remainder & 1 == 1 ? (remainder >> 1) ^ polynomial : remainder >> 1
                }
                tables[byte] = remainder
            }
            for slice in 1..<8 {
                for byte in 0..<256 {
                    let shorter = tables[(slice - 1) * 256 + byte]
                    tables[slice * 256 + byte] = (shorter >> 8) ^ tables[Int(shorter & 0xFF)]
                }
            }
            self.tables = tables
        }

        fileprivate var ones: UInt64 { width == 64 ? .max : (1 << width) - 1 }

        package static let crc32 = Parameters(polynomial: 0xEDB8_8320, width: 32)
        package static let crc32c = Parameters(polynomial: 0x82F6_3B78, width: 32)
        package static let crc64nvme = Parameters(polynomial: 0x9A6C_9329_AC4B_C9B5, width: 64)
    }

    private let parameters: Parameters
    private var state: UInt64

    package init(_ parameters: Parameters) {
        self.parameters = parameters
        state = parameters.ones
    }

    package mutating func update(_ bytes: UnsafeRawBufferPointer) {
        state = parameters.tables.withUnsafeBufferPointer { table in
            var crc = state
            var offset = 0
            let steps = bytes.count / 8
            for _ in 0..<steps {
                let word = UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: offset, as: UInt64.self)) ^ crc
                crc =
                    table[1792 + Int(word & 0xFF)] ^ table[1536 + Int((word >> 8) & 0xFF)]
                    ^ table[1280 + Int((word >> 16) & 0xFF)] ^ table[1024 + Int((word >> 24) & 0xFF)]
                    ^ table[768 + Int((word >> 32) & 0xFF)] ^ table[512 + Int((word >> 40) & 0xFF)]
                    ^ table[256 + Int((word >> 48) & 0xFF)] ^ table[Int(word >> 56)]
                offset += 8
            }
            while offset < bytes.count {
                crc = (crc >> 8) ^ table[Int((crc ^ UInt64(bytes[offset])) & 0xFF)]
                offset += 1
            }
            return crc
        }
    }

    package var value: UInt64 { state ^ parameters.ones }

    /// Big-endian, as S3 puts it into Base64.
    package var bytes: [UInt8] { Self.bytes(of: value, parameters) }

    package static func bytes(of value: UInt64, _ parameters: Parameters) -> [UInt8] {
        let count = Int(parameters.width / 8)
        return (0..<count).map { UInt8(truncatingIfNeeded: value >> UInt64(8 * (count - 1 - $0))) }
    }

    /// The check of two pieces put together, from the check of each and the second one's length, in time logarithmic
    /// in that length: the first is multiplied by x^(8·length) modulo the polynomial.
    package static func combined(
        _ first: UInt64, _ second: UInt64, secondLength: Int64, _ parameters: Parameters
    ) -> UInt64 {
        let one: UInt64 = 1 << (parameters.width - 1)
        var power = one >> 1
        var factor = one
        var exponent = UInt64(max(0, secondLength)).multipliedReportingOverflow(by: 8).partialValue
        while exponent > 0 {
            if exponent & 1 == 1 { factor = product(factor, power, parameters) }
            power = product(power, power, parameters)
            exponent >>= 1
        }
        return product(factor, first, parameters) ^ second
    }

    /// The product of two polynomials over GF(2), highest power in the lowest bit, modulo the check's polynomial.
    private static func product(_ left: UInt64, _ right: UInt64, _ parameters: Parameters) -> UInt64 {
        var result: UInt64 = 0
        var shifted = right
        var mask: UInt64 = 1 << (parameters.width - 1)
        while mask > 0 {
            if left & mask != 0 { result ^= shifted }
            shifted = shifted & 1 == 1 ? (shifted >> 1) ^ parameters.polynomial : shifted >> 1
            mask >>= 1
        }
        return result
    }
}
