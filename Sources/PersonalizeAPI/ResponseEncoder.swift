import Foundation

/// Writes outputs as JSON: nil members are left out, slashes are not escaped, keys are sorted so that bytes repeat.
package enum ResponseEncoder {
    /// The body for `output`; empty for `NoOutput`.
    ///
    /// Outputs of operations write themselves; anything else goes through `JSONEncoder`, to the same bytes but slower.
    ///
    /// Numbers that JSON cannot say are written as the strings `NaN`, `Infinity` and `-Infinity`, as AWS JSON does.
    package static func encode(_ output: some Encodable) throws(PersonalizeError) -> [UInt8] {
        if output is NoOutput { return [] }
        if let output = output as? any JSONWritable { return text(of: output) }
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

    /// The same for an output that writes itself.
    package static func text(of output: some JSONWritable) -> [UInt8] {
        var json = JSONWriter()
        output.write(to: &json)
        return json.bytes
    }
}
