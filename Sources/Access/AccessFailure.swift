package import Foundation

/// Why a request is not let in. The server turns each case into one error of the service that was asked.
package enum AccessFailure: Error, Sendable, Equatable {
    /// There is no signature.
    case unsigned
    /// The header or query that carries the signature is not what it should be; the text says what.
    case incomplete(String)
    case unknownKey(String)
    case invalidToken
    case expiredToken
    case signatureMismatch
    /// The request's own time is more than fifteen minutes from the server's.
    case skewed(requestTime: Date, serverTime: Date)
    /// The scope is for another day, region or service; the text says what it should be.
    case wrongScope(String)
    /// The time limit of a presigned request is over.
    case expired(signed: Date, lifetime: Int)
    /// Headers that must be signed are not.
    case unsignedHeaders([String])
    /// `x-amz-content-sha256` is missing or is no hash and no known word.
    case contentHash(String?)
    /// The key's role does not cover the operation.
    case denied(arn: String, action: String)
    /// The keys cannot be read at the moment.
    case unavailable(String)
}
