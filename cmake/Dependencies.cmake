# Third-party libraries; docs/dependencies.md says why each is here, and lib/CMakeLists.txt which room uses it.
find_package(PkgConfig REQUIRED)
find_package(fmt REQUIRED)
find_package(nlohmann_json 3.11 REQUIRED)
find_package(OpenSSL REQUIRED COMPONENTS Crypto)
find_package(PNG REQUIRED)
find_package(JPEG REQUIRED)
find_package(Threads REQUIRED)
find_package(CLI11 REQUIRED)
find_package(spdlog REQUIRED)
find_path(AICOVID_VALIJSON_INCLUDE_DIR valijson/validator.hpp REQUIRED)
add_library(aicovid_valijson INTERFACE)
target_include_directories(aicovid_valijson SYSTEM INTERFACE ${AICOVID_VALIJSON_INCLUDE_DIR})

# core and imgproc alone, by library name: OpenCV's CMake package would ask for all its modules.
find_path(AICOVID_OPENCV_INCLUDE_DIR opencv2/imgproc.hpp PATH_SUFFIXES opencv4 REQUIRED)
find_library(AICOVID_OPENCV_CORE opencv_core REQUIRED)
find_library(AICOVID_OPENCV_IMGPROC opencv_imgproc REQUIRED)
add_library(aicovid_opencv INTERFACE)
target_include_directories(aicovid_opencv SYSTEM INTERFACE ${AICOVID_OPENCV_INCLUDE_DIR})
target_link_libraries(aicovid_opencv INTERFACE ${AICOVID_OPENCV_IMGPROC} ${AICOVID_OPENCV_CORE})

if(AICOVID_WITH_DICOM)
  # DCMTK's package lists every one of its libraries; the rooms name those they use.
  find_package(DCMTK REQUIRED)
  pkg_check_modules(OPENJPEG REQUIRED IMPORTED_TARGET libopenjp2)
  # Debian's pkg-config file of OpenJPH is empty.
  find_path(AICOVID_OPENJPH_INCLUDE_DIR openjph/ojph_codestream.h REQUIRED)
  find_library(AICOVID_OPENJPH openjph REQUIRED)
  add_library(aicovid_openjph INTERFACE)
  target_include_directories(aicovid_openjph SYSTEM INTERFACE ${AICOVID_OPENJPH_INCLUDE_DIR})
  target_link_libraries(aicovid_openjph INTERFACE ${AICOVID_OPENJPH})
  find_file(AICOVID_DICOM_DICTIONARY dicom.dic
    PATHS ${DCMTK_DIR} /usr/share /usr/local/share PATH_SUFFIXES libdcmtk17 libdcmtk18 libdcmtk19 libdcmtk16 dcmtk
    REQUIRED)
endif()

set(AICOVID_XGBOOST)
if(AICOVID_WITH_XGBOOST)
  find_path(AICOVID_XGBOOST_INCLUDE_DIR xgboost/c_api.h REQUIRED)
  find_library(AICOVID_XGBOOST_LIBRARY xgboost REQUIRED)
  set(AICOVID_XGBOOST aicovid_xgboost)
  add_library(aicovid_xgboost INTERFACE)
  target_include_directories(aicovid_xgboost SYSTEM INTERFACE ${AICOVID_XGBOOST_INCLUDE_DIR})
  target_link_libraries(aicovid_xgboost INTERFACE ${AICOVID_XGBOOST_LIBRARY})
endif()
