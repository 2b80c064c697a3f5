import Foundation

/// Writes outputs as JSON: nil members are left out, slashes are not escaped, keys are sorted so that bytes repeat.
package enum ResponseEncoder {
    /// The body for `output`; empty for `NoOutput`.
    ///
    /// Numbers that JSON cannot say are written as the strings `NaN`, `Infinity` and `-Infinity`, as AWS JSON does.
    package static func encode(_ output: some Encodable) throws(PersonalizeError) -> [UInt8] {
        if output is NoOutput { return [] }
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.withoutEscapingSlashes, .sortedKeys]
        encoder.nonConformingFloatEncodingStrategy = .convertToString(
            positiveInfinity: "Infinity", negativeInfinity: "-Infinity", nan: "NaN")
        do {
            return Array(try encoder.encode(output))
        } catch {
            throw PersonalizeError(.internalServerError, "The response could not be written: \(error)")
        }
    }
}
