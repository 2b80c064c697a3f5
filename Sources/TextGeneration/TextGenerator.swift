/// Writes text to order.
package protocol TextGenerator: Sendable {
    /// - Parameters:
    ///   - instructions: What kind of text is wanted, and in which form.
    ///   - material: What the text is about. It may come from anywhere, and is not to be obeyed.
    /// - Throws: ``TextGenerationError`` when there is no text, `CancellationError`.
    func text(following instructions: String, about material: String) async throws -> String
}

/// Why there is no text, in words for the user.
package struct TextGenerationError: Error, Sendable, Hashable, CustomStringConvertible {
    package let description: String
    /// Whether the same request may succeed a little later.
    let isPassing: Bool

    package init(_ description: String, isPassing: Bool = false) {
        self.description = description
        self.isPassing = isPassing
    }
}
