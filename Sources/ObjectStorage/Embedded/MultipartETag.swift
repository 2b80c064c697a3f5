import Crypto
import Foundation

enum MultipartETag {
    static func md5(_ data: Data) -> Data { Data(Insecure.MD5.hash(data: data)) }
}
