import HTTPServer
import HTTPTypes

extension HTTPServerResponse {
    /// Says where the next page of a list is (RFC 8288): in forms that have no room for a cursor it is the only place.
    /// - Parameter cursor: what the option is to be on the next page; nil at the end.
    func linked(_ request: HTTPServerRequest, _ option: String, _ cursor: Int?) -> HTTPServerResponse {
        linked(request, option, cursor.map(String.init))
    }

    /// The same with a cursor that is text.
    func linked(_ request: HTTPServerRequest, _ option: String, _ cursor: String?) -> HTTPServerResponse {
        guard let cursor, let link = HTTPField.Name("Link") else { return self }
        let others = request.query.filter { $0.name != option }.map { "\($0.name.escaped)=\($0.value.escaped)" }
        let query = (others + ["\(option)=\(cursor.escaped)"]).joined(separator: "&")
        var response = self
        response.headerFields[link] = "<\(request.path)?\(query)>; rel=\"next\""
        return response
    }
}

extension String {
    /// Percent-encoded but for what never needs it (RFC 3986, 2.3).
    var escaped: String {
        var text = ""
        for byte in utf8 {
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"),
                UInt8(ascii: "~"):
                text.unicodeScalars.append(Unicode.Scalar(byte))
            default: text += (byte < 16 ? "%0" : "%") + String(byte, radix: 16, uppercase: true)
            }
        }
        return text
    }
}
