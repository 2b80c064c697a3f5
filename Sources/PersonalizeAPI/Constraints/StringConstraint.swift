/// What the service model asks of a string.
package struct StringConstraint: Sendable {
    /// Lengths are counted in Unicode scalars.
    package var min: Int?
    package var max: Int?
    package var pattern: Pattern?
    /// The members of an enumeration; empty for any other string.
    package var values: [String]
    /// Whether the value must not be repeated in messages.
    package var isSensitive: Bool

    package init(
        min: Int? = nil, max: Int? = nil, pattern: Pattern? = nil, values: [String] = [], isSensitive: Bool = false
    ) {
        self.min = min
        self.max = max
        self.pattern = pattern
        self.values = values
        self.isSensitive = isSensitive
    }

    /// The constraints that `value` does not satisfy, in the managed service's words. A string that is too long is not
    /// matched against the pattern.
    package func failures(of value: String) -> [String] {
        var failures: [String] = []
        if min != nil || max != nil {
            let length = value.unicodeScalars.count
            if let min, length < min { failures.append("Member must have length greater than or equal to \(min)") }
            if let max, length > max { return failures + ["Member must have length less than or equal to \(max)"] }
        }
        if let pattern, !pattern.matches(value) {
            failures.append("Member must satisfy regular expression pattern: \(pattern.source)")
        }
        if !values.isEmpty, !values.contains(value) {
            failures.append("Member must satisfy enum value set: [\(values.joined(separator: ", "))]")
        }
        return failures
    }
}
