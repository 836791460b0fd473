#if FUZZER
    /// What libFuzzer calls with bytes of its own. A broken promise ends the process, which libFuzzer takes for a finding
    /// and keeps the bytes of.
    @_cdecl("LLVMFuzzerTestOneInput")
    public func fuzzOneInput(_ data: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
        let bytes = Array(UnsafeBufferPointer(start: data, count: count))
        if let violation = HTTPProperties.violation(by: bytes) { fatalError(violation) }
        return 0
    }
#endif
