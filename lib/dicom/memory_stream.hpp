#pragma once

#include <dcmtk/dcmdata/dcistrma.h>
#include <cstddef>
#include <span>

namespace aicovid::dicom {

/// DCMTK's input over bytes in memory, which must outlive all that was read from it.
///
/// Unlike DcmInputBufferStream it lets DCMTK skip a large value and come back for it: a value is
/// then known to be whole before memory is allocated for it, and pixels that nobody asks for are
/// never copied. And its bytes end where nested sequences have taken DCMTK, which reads them by
/// recursion without a limit, too deep into the stack.
class MemoryStream : public DcmInputStream {
 public:
  explicit MemoryStream(std::span<const std::byte> bytes, std::size_t offset = 0);
  DcmInputStreamFactory* newFactory() const override;

  /// True if reading was stopped for the depth of nested sequences.
  bool went_too_deep() const { return producer_.went_too_deep(); }

 private:
  class Producer : public DcmProducer {
   public:
    Producer(std::span<const std::byte> bytes, std::size_t offset);
    OFBool good() const override { return true; }
    OFCondition status() const override { return EC_Normal; }
    OFBool eos() override { return at_ == bytes_.size(); }
    offile_off_t avail() override { return static_cast<offile_off_t>(bytes_.size() - at_); }
    offile_off_t read(void* buffer, offile_off_t length) override;
    offile_off_t skip(offile_off_t length) override;
    void putback(offile_off_t length) override;
    bool went_too_deep() const { return too_deep_; }

   private:
    std::span<const std::byte> bytes_;
    std::size_t at_;
    const char* frame_;  ///< the stack frame in which the stream was made
    bool too_deep_ = false;
  };

  class Factory : public DcmInputStreamFactory {
   public:
    Factory(std::span<const std::byte> bytes, std::size_t offset)
        : bytes_(bytes), offset_(offset) {}
    DcmInputStream* create() const override { return new MemoryStream(bytes_, offset_); }
    DcmInputStreamFactory* clone() const override { return new Factory(*this); }
    // Nothing but the handling of temporary files asks for it, and these are none.
    DcmInputStreamFactoryType ident() const override { return DFT_DcmInputFileStreamFactory; }

   private:
    std::span<const std::byte> bytes_;
    std::size_t offset_;
  };

  std::span<const std::byte> bytes_;
  std::size_t start_;
  Producer producer_;
};

}  // namespace aicovid::dicom
