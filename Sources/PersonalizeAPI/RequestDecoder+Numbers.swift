/// Numbers that their members cannot hold, named.
///
/// `JSONDecoder` refuses 1.5 for an `Int` without saying where it stood. The decoding that the compiler writes for the
/// shapes of this module calls these functions in the place of the standard library's.
extension KeyedDecodingContainer {
    func decode(_ type: Int.Type, forKey key: Key) throws -> Int { try number(type, key) }
    func decode(_ type: Double.Type, forKey key: Key) throws -> Double { try number(type, key) }
    func decode(_ type: Float.Type, forKey key: Key) throws -> Float { try number(type, key) }

    func decodeIfPresent(_ type: Int.Type, forKey key: Key) throws -> Int? { try numberIfPresent(type, key) }
    func decodeIfPresent(_ type: Double.Type, forKey key: Key) throws -> Double? { try numberIfPresent(type, key) }
    func decodeIfPresent(_ type: Float.Type, forKey key: Key) throws -> Float? { try numberIfPresent(type, key) }

    private func numberIfPresent<Number: Decodable>(_ type: Number.Type, _ key: Key) throws -> Number? {
        guard contains(key), !(try decodeNil(forKey: key)) else { return nil }
        return try number(type, key)
    }

    /// A missing number is null to the decoder below.
    private func number<Number: Decodable>(_ type: Number.Type, _ key: Key) throws -> Number {
        do {
            return try superDecoder(forKey: key).singleValueContainer().decode(type)
        } catch let error as DecodingError {
            throw error
        } catch {
            // What the decoder throws here is an error of its own, which it turns into one without a path at its end.
            throw DecodingError.typeMismatch(
                type, .init(codingPath: codingPath + [key], debugDescription: "\(error)"))
        }
    }
}
