import HTTPTypes
import Hummingbird
import NIOCore
import ObjectStorage

extension Response {
    /// A whole XML document as an answer.
    init(status: HTTPResponse.Status = .ok, xml writer: XMLWriter, type: String = "application/xml") {
        var headers = HTTPFields()
        headers.set("content-type", type)
        self.init(
            status: status, headers: headers, body: ResponseBody(byteBuffer: ByteBuffer(string: writer.document)))
    }
}
