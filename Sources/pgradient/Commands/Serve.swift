import ArgumentParser
struct Serve: AsyncParsableCommand { @OptionGroup var global: GlobalOptions }
