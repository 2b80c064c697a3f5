/// An element of a small XML document, as S3 and IAM write them: names without their prefix, text without markup.
package struct XMLElement: Sendable, Equatable {
    package var name: String
    package var attributes: [String: String]
    package var children: [XMLElement]
    /// All character data directly inside, put together.
    package var text: String

    package init(
        name: String, attributes: [String: String] = [:], children: [XMLElement] = [], text: String = ""
    ) {
        self.name = name
        self.attributes = attributes
        self.children = children
        self.text = text
    }

    package func first(_ name: String) -> XMLElement? { children.first { $0.name == name } }
    package func all(_ name: String) -> [XMLElement] { children.filter { $0.name == name } }
    package func text(of name: String) -> String? { first(name)?.text }
}

package struct XMLSyntaxError: Error, Equatable {
    package let reason: String
}
