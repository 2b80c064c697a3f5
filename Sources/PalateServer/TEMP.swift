import Hummingbird
import ObjectStorage
import Identity
struct S3Service: HTTPResponder { typealias Context = PalateRequestContext; init(store: EmbeddedObjectStore, region: String, account: String) {}; func respond(to request: Request, context: PalateRequestContext) async throws -> Response { Response(status: .notImplemented) } }
struct IAMService: HTTPResponder { typealias Context = PalateRequestContext; init(store: IdentityStore) {}; func respond(to request: Request, context: PalateRequestContext) async throws -> Response { Response(status: .notImplemented) } }
struct STSService: HTTPResponder { typealias Context = PalateRequestContext; init(account: String) {}; func respond(to request: Request, context: PalateRequestContext) async throws -> Response { Response(status: .notImplemented) } }
