/// Why keys cannot be used, in one line for the operator.
package struct KeyError: Error, CustomStringConvertible {
    package let description: String

    init(_ description: String) { self.description = description }
}
