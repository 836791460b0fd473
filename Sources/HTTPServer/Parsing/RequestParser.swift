/// Bytes in, requests out: HTTP/1.1 and 1.0, strictly, without any I/O.
///
/// ```
/// parser.append(bytes)
/// while let event = try parser.next() { … }   // nil: more bytes are needed
/// ```
/// The events and faults are the same however the bytes are cut into pieces. Memory is bounded by `Limits` and by
/// what the caller appends at a time.
struct RequestParser {
    enum Event {
        /// The header is complete and its framing is understood; the body, if any, is still to come.
        case head(RequestHead)
        /// The request is complete. What was appended beyond it stays for the next one.
        case request(RequestHead, body: [UInt8])
    }

    private enum State {
        case requestLine(mayBeEmpty: Bool)
        case fields(RequestLine, FieldSection)
        case fixedBody(RequestHead, remaining: Int)
        case chunkedBody(RequestHead, ChunkedDecoder)
        case failed(RequestFault)
    }

    private let limits: Limits
    private var input = InputBuffer()
    private var body: [UInt8] = []
    private var state = State.requestLine(mayBeEmpty: true)

    init(limits: Limits) {
        self.limits = limits
    }

    /// Bytes held: received and unused, and the part of the body that has arrived.
    var heldBytes: Int { input.count + body.count }
    /// Whether bytes are waiting that no event has used up yet.
    var hasUnusedInput: Bool { !input.isEmpty }

    mutating func append(_ bytes: some Collection<UInt8>) {
        input.append(bytes)
    }

    /// The next event, or nil when it needs more bytes.
    /// - Throws: the reason to refuse the request; from then on every call throws it again.
    mutating func next() throws(RequestFault) -> Event? {
        do {
            return try advance()
        } catch {
            state = .failed(error)
            input = InputBuffer()
            body = []
            throw error
        }
    }

    private mutating func advance() throws(RequestFault) -> Event? {
        while true {
            switch state {
            case .requestLine(let mayBeEmpty):
                guard let line = try takeRequestLine() else { return nil }
                if line.isEmpty, mayBeEmpty {
                    // Some clients end a body with one CR LF too many (RFC 9112, 2.2).
                    state = .requestLine(mayBeEmpty: false)
                } else {
                    state = .fields(try RequestLine(parsing: line), FieldSection())
                }
            case .fields(let line, var section):
                let complete = try section.read(from: &input, limits: limits)
                state = .fields(line, section)
                guard complete else { return nil }
                return .head(try beginBody(RequestHead(line: line, fields: section.fields, limits: limits)))
            case .fixedBody(let head, let remaining):
                let left = remaining - input.move(atMost: remaining, to: &body)
                state = .fixedBody(head, remaining: left)
                return left == 0 ? finish(head) : nil
            case .chunkedBody(let head, var decoder):
                let complete = try decoder.decode(from: &input, into: &body, limits: limits)
                state = .chunkedBody(head, decoder)
                return complete ? finish(head) : nil
            case .failed(let fault):
                throw fault
            }
        }
    }

    private mutating func takeRequestLine() throws(RequestFault) -> ArraySlice<UInt8>? {
        // Told at once, without waiting for a line end that may never come: a TLS greeting, for one.
        guard let first = input.first else { return nil }
        guard first.isToken || first == .carriageReturn else { throw .malformed("it does not begin with a method") }
        do {
            return try input.takeLine(upTo: limits.requestLineBytes)
        } catch {
            switch error {
            case .tooLong(let prefix): throw RequestLine.fault(ofTooLong: prefix, limit: limits.requestLineBytes)
            case .bareLineFeed: throw .malformed("the request line does not end with CR LF")
            }
        }
    }

    private mutating func beginBody(_ head: RequestHead) -> RequestHead {
        switch head.framing {
        case .none: state = .fixedBody(head, remaining: 0)
        case .length(let length): state = .fixedBody(head, remaining: length)
        case .chunked: state = .chunkedBody(head, ChunkedDecoder())
        }
        return head
    }

    private mutating func finish(_ head: RequestHead) -> Event {
        defer { body = [] }
        state = .requestLine(mayBeEmpty: true)
        return .request(head, body: body)
    }
}
