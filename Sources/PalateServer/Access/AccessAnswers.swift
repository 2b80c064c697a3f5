import Access
import Foundation
import HTTPTypes
import Hummingbird
import ObjectStorage
import PersonalizeAPI

/// The one place where refusals to let a request in become wire errors.
struct AccessAnswers: Sendable {
    let s3: S3Service

    func answer(
        to failure: AccessFailure, _ request: Request, _ service: KeyRole.Service, _ context: PalateRequestContext
    ) -> Response {
        switch service {
        case .s3:
            var response = s3.answer(S3Error(failure), to: request, context)
            response.headers.set("x-amz-request-id", context.requestIdentifier)
            return response
        case .iam, .sts: return Self.forms(service).failure(QueryProtocolError(failure), context)
        case .personalize, .personalizeRuntime, .personalizeEvents:
            return PersonalizeResponder.response(
                to: PersonalizeError(failure), from: Self.personalize(service), context: context)
        }
    }

    /// For a body that is larger than any operation takes.
    func tooLarge(_ service: KeyRole.Service, _ context: PalateRequestContext) -> Response {
        switch service {
        case .iam, .sts:
            return Self.forms(service).failure(
                QueryProtocolError("ValidationError", "The request is too large"), context)
        default:
            let error = PersonalizeError(
                .requestEntityTooLargeException,
                "The request body must not be larger than \(RequestDecoder.defaultMaximumBytes) bytes.")
            return PersonalizeResponder.response(to: error, from: Self.personalize(service), context: context)
        }
    }

    /// For a request that ended before its body was complete.
    func unfinished(_ service: KeyRole.Service, _ context: PalateRequestContext) -> Response {
        let message = "The request ended before its body was complete."
        switch service {
        case .iam, .sts: return Self.forms(service).failure(QueryProtocolError("MalformedInput", message), context)
        default:
            return PersonalizeResponder.response(
                to: .serialization(message), from: Self.personalize(service), context: context)
        }
    }

    private static func personalize(_ service: KeyRole.Service) -> PersonalizeService {
        PersonalizeService(rawValue: service.rawValue) ?? .personalize
    }

    private static func forms(_ service: KeyRole.Service) -> QueryProtocolAnswers {
        QueryProtocolAnswers(
            namespace: service == .iam
                ? "https://iam.amazonaws.com/doc/2010-05-08/" : "https://sts.amazonaws.com/doc/2011-06-15/")
    }
}

private let mismatch =
    "The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key "
    + "and signing method. Consult the service documentation for details."
private let invalidTokenMessage = "The security token included in the request is invalid."
private let expiredTokenMessage = "The security token included in the request is expired"
private let unavailableMessage = "The access keys cannot be read; the log has the reason."

private func skew(_ requestTime: Date, _ serverTime: Date) -> String {
    let (request, server) = (SignatureV4.timestamp(requestTime), SignatureV4.timestamp(serverTime))
    return requestTime < serverTime
        ? "Signature expired: \(request) is more than 15 minutes earlier than \(server)."
        : "Signature not yet current: \(request) is more than 15 minutes later than \(server)."
}

private func expiry(_ signed: Date, _ lifetime: Int) -> String {
    "Signature expired: \(SignatureV4.timestamp(signed)) was good for \(lifetime) seconds."
}

private func unsignedMessage(_ names: [String]) -> String {
    "There were headers present in the request which were not signed: \(names.joined(separator: ", "))"
}

extension PersonalizeError {
    fileprivate init(_ failure: AccessFailure) {
        switch failure {
        case .unsigned: self.init(.missingAuthenticationTokenException, "Missing Authentication Token")
        case .incomplete(let message): self.init(.incompleteSignatureException, message)
        case .unknownKey, .invalidToken: self.init(.unrecognizedClientException, invalidTokenMessage)
        case .expiredToken: self.init(.expiredTokenException, expiredTokenMessage)
        case .signatureMismatch, .contentHash: self.init(.invalidSignatureException, mismatch)
        case .skewed(let request, let server): self.init(.invalidSignatureException, skew(request, server))
        case .wrongScope(let message): self.init(.invalidSignatureException, message)
        case .expired(let signed, let lifetime): self.init(.invalidSignatureException, expiry(signed, lifetime))
        case .unsignedHeaders(let names): self.init(.invalidSignatureException, unsignedMessage(names))
        case .denied(let arn, let action):
            self.init(.accessDeniedException, "User: \(arn) is not authorized to perform: \(action)")
        case .unavailable: self.init(.serviceUnavailableException, unavailableMessage)
        }
    }
}

extension QueryProtocolError {
    fileprivate init(_ failure: AccessFailure) {
        let (code, message): (String, String) =
            switch failure {
            case .unsigned: ("MissingAuthenticationToken", "Request is missing Authentication Token")
            case .incomplete(let message): ("IncompleteSignature", message)
            case .unknownKey, .invalidToken: ("InvalidClientTokenId", invalidTokenMessage)
            case .expiredToken: ("ExpiredToken", expiredTokenMessage)
            case .signatureMismatch, .contentHash: ("SignatureDoesNotMatch", mismatch)
            case .skewed(let request, let server): ("SignatureDoesNotMatch", skew(request, server))
            case .wrongScope(let message): ("SignatureDoesNotMatch", message)
            case .expired(let signed, let lifetime): ("SignatureDoesNotMatch", expiry(signed, lifetime))
            case .unsignedHeaders(let names): ("SignatureDoesNotMatch", unsignedMessage(names))
            case .denied(let arn, let action):
                ("AccessDenied", "User: \(arn) is not authorized to perform: \(action)")
            case .unavailable: ("ServiceUnavailable", unavailableMessage)
            }
        let status: HTTPResponse.Status =
            switch failure {
            case .incomplete: .badRequest
            case .unavailable: .serviceUnavailable
            default: .forbidden
            }
        self.init(code, message, status: status)
    }
}

extension S3Error {
    fileprivate init(_ failure: AccessFailure) {
        switch failure {
        case .unsigned: self = .accessDenied()
        case .incomplete(let message):
            self.init(.badRequest, "AuthorizationHeaderMalformed", message)
        case .unknownKey(let id):
            self.init(
                .forbidden, "InvalidAccessKeyId", "The AWS Access Key Id you provided does not exist in our records.",
                [("AWSAccessKeyId", id)])
        case .invalidToken:
            self.init(.badRequest, "InvalidToken", "The provided token is malformed or otherwise invalid.")
        case .expiredToken: self.init(.badRequest, "ExpiredToken", "The provided token has expired.")
        case .signatureMismatch: self = .signatureDoesNotMatch
        case .skewed(let request, let server):
            self.init(
                .forbidden, "RequestTimeTooSkewed",
                "The difference between the request time and the current time is too large.",
                [
                    ("RequestTime", SignatureV4.timestamp(request)),
                    ("ServerTime", WireDate.iso8601(server, milliseconds: false)),
                    ("MaxAllowedSkewMilliseconds", "\(Int(AccessControl.largestSkew) * 1000)"),
                ])
        case .wrongScope(let message): self.init(.badRequest, "AuthorizationHeaderMalformed", message)
        case .expired(let signed, let lifetime):
            self = .accessDenied("Request has expired")
            details = [
                ("X-Amz-Expires", "\(lifetime)"),
                (
                    "Expires",
                    WireDate.iso8601(signed.addingTimeInterval(Double(lifetime)), milliseconds: false)
                ),
            ]
        case .unsignedHeaders(let names):
            self = .accessDenied("There were headers present in the request which were not signed")
            details = [("HeadersNotSigned", names.joined(separator: ", "))]
        case .contentHash(nil):
            self = .invalidRequest("Missing required header for this request: x-amz-content-sha256")
        case .contentHash(let value?):
            self = .invalidArgument(
                "x-amz-content-sha256 must be UNSIGNED-PAYLOAD, STREAMING-UNSIGNED-PAYLOAD-TRAILER, "
                    + "STREAMING-AWS4-HMAC-SHA256-PAYLOAD, STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER or a valid "
                    + "sha256 value.", name: "x-amz-content-sha256", value: value)
        case .denied(let arn, let action):
            self = .accessDenied("User: \(arn) is not authorized to perform: \(action)")
        case .unavailable:
            self.init(.serviceUnavailable, "ServiceUnavailable", unavailableMessage)
        }
    }
}
