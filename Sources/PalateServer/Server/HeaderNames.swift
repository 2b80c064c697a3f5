import HTTPTypes

extension HTTPField.Name {
    // Literals that are tokens by RFC 9110 always make a name.
    // swift-format-ignore: NeverForceUnwrap
    static let amazonTarget = Self("X-Amz-Target")!
    // swift-format-ignore: NeverForceUnwrap
    static let amazonRequestIdentifier = Self("x-amzn-RequestId")!
    // swift-format-ignore: NeverForceUnwrap
    static let amazonErrorType = Self("x-amzn-ErrorType")!
}
