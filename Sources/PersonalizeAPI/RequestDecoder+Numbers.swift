/// Numbers that their members cannot hold, named.
///
/// `JSONDecoder` refuses 1.5 for an `Int` without saying where it stood. The decoding that the compiler writes for the
/// shapes of this module calls these functions in the place of the standard library's.
extension KeyedDecodingContainer {
    func decode(_ type: Int.Type, forKey key: Key) throws -> Int { try number(forKey: key) }
    func decode(_ type: Double.Type, forKey key: Key) throws -> Double { try number(forKey: key) }
    func decode(_ type: Float.Type, forKey key: Key) throws -> Float { try number(forKey: key) }

    func decodeIfPresent(_ type: Int.Type, forKey key: Key) throws -> Int? { try numberIfPresent(forKey: key) }
    func decodeIfPresent(_ type: Double.Type, forKey key: Key) throws -> Double? { try numberIfPresent(forKey: key) }
    func decodeIfPresent(_ type: Float.Type, forKey key: Key) throws -> Float? { try numberIfPresent(forKey: key) }

    private func numberIfPresent<Number: Decodable>(forKey key: Key) throws -> Number? {
        guard contains(key), !(try decodeNil(forKey: key)) else { return nil }
        return try number(forKey: key)
    }

    private func number<Number: Decodable>(forKey key: Key) throws -> Number {
        guard contains(key) else {
            throw DecodingError.keyNotFound(key, .init(codingPath: codingPath, debugDescription: "There is no \(key)."))
        }
        do {
            return try superDecoder(forKey: key).singleValueContainer().decode(Number.self)
        } catch let error as DecodingError {
            throw error
        } catch {
            // What the decoder throws here is an error of its own, which it turns into one without a path at its end.
            throw DecodingError.typeMismatch(
                Number.self, .init(codingPath: codingPath + [key], debugDescription: "\(error)"))
        }
    }
}
