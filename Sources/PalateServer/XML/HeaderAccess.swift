package import HTTPTypes

extension HTTPFields {
    /// The value of a header by its name in any case; several of one name are joined with commas.
    package func value(_ name: String) -> String? {
        HTTPField.Name(name).flatMap { self[$0] }
    }

    /// Sets a header, or removes it when `value` is nil.
    package mutating func set(_ name: String, _ value: String?) {
        guard let name = HTTPField.Name(name) else { return }
        self[name] = value
    }
}
