# aicovid_room(NAME SOURCES file... [USES room...] [LINKS target...])
#
# A room of lib/: an OBJECT library `aicovid_NAME`. It sees the public headers, its own folder, and the `include/`
# folders of the rooms that it USES, so that an include from another room does not compile. A build without DICOM
# leaves the room dicom out of USES.
function(aicovid_room name)
  cmake_parse_arguments(ROOM "" "" "SOURCES;USES;LINKS" ${ARGN})
  add_library(aicovid_${name} OBJECT ${ROOM_SOURCES})
  target_include_directories(aicovid_${name} PUBLIC ${CMAKE_SOURCE_DIR}/include ${CMAKE_CURRENT_SOURCE_DIR}/include)
  target_compile_options(aicovid_${name} PRIVATE ${AICOVID_WARNINGS})
  aicovid_sanitize_room(aicovid_${name} ${name})
  set(closure ${name})
  foreach(used ${ROOM_USES})
    if(used STREQUAL "dicom" AND NOT AICOVID_WITH_DICOM)
      continue()
    endif()
    target_link_libraries(aicovid_${name} PUBLIC aicovid_${used})
    get_target_property(rooms aicovid_${used} AICOVID_ROOMS)
    list(APPEND closure ${rooms})
  endforeach()
  list(REMOVE_DUPLICATES closure)
  set_target_properties(aicovid_${name} PROPERTIES AICOVID_ROOMS "${closure}")
  target_link_libraries(aicovid_${name} PUBLIC aicovid_settings PRIVATE fmt::fmt nlohmann_json::nlohmann_json ${ROOM_LINKS})
endfunction()

# aicovid_subroom(ROOM FOLDER SOURCES file... [USES folder...])
#
# A folder of a room that may include itself and the folders that it USES; what lies in the room's own folder may include
# all of them. The folders are one target, so that scripts/check_includes.py holds this, not the compiler.
function(aicovid_subroom room folder)
  cmake_parse_arguments(FOLDER "" "" "SOURCES;USES" ${ARGN})
  get_target_property(known aicovid_${room} AICOVID_SUBROOMS)
  foreach(used ${FOLDER_USES})
    if(NOT used IN_LIST known)
      message(FATAL_ERROR "aicovid: ${room}/${folder} uses ${room}/${used}, which does not come before it")
    endif()
  endforeach()
  set_property(TARGET aicovid_${room} APPEND PROPERTY AICOVID_SUBROOMS ${folder})
  list(TRANSFORM FOLDER_SOURCES PREPEND ${CMAKE_CURRENT_SOURCE_DIR}/${folder}/)
  target_sources(aicovid_${room} PRIVATE ${FOLDER_SOURCES})
  target_include_directories(aicovid_${room} PRIVATE ${CMAKE_CURRENT_SOURCE_DIR})
endfunction()

# aicovid_headers(PLACE header...)
#
# The room of a public header (aicovid/NAME.hpp), which may have several, or the folder of a room that a header of its
# `include/` belongs to. Who includes the header must be allowed to use the place; scripts/check_includes.py holds that.
function(aicovid_headers place)
  foreach(header ${ARGN})
    if(NOT EXISTS ${CMAKE_SOURCE_DIR}/include/${header} AND NOT EXISTS ${CMAKE_CURRENT_SOURCE_DIR}/include/${header})
      message(FATAL_ERROR "aicovid: ${place} has no header ${header}")
    endif()
  endforeach()
endfunction()

# aicovid_link_rooms(TARGET room...) links the objects of the rooms and of all rooms they use, and has the modules built
# that are opened at run time.
function(aicovid_link_rooms target)
  set(closure)
  foreach(name ${ARGN})
    get_target_property(rooms aicovid_${name} AICOVID_ROOMS)
    list(APPEND closure ${rooms})
  endforeach()
  list(REMOVE_DUPLICATES closure)
  foreach(name ${closure})
    target_link_libraries(${target} PRIVATE aicovid_${name})
  endforeach()
  foreach(engine torchscript openvino)
    if("network" IN_LIST closure AND TARGET aicovid_${engine})
      add_dependencies(${target} aicovid_${engine})
    endif()
  endforeach()
  if("report" IN_LIST closure)
    add_dependencies(${target} aicovid_drawing)
  endif()
endfunction()

# Flags that every target shares.
add_library(aicovid_settings INTERFACE)
# Host code is never contracted: the CPU and the CUDA driver must round alike, and so must two machines.
target_compile_options(aicovid_settings INTERFACE $<$<COMPILE_LANGUAGE:CXX>:-ffp-contract=off>)
set(AICOVID_WARNINGS $<$<COMPILE_LANGUAGE:CXX>:-Wall$<SEMICOLON>-Wextra$<SEMICOLON>-Wpedantic$<SEMICOLON>-Wshadow$<SEMICOLON>-Wconversion$<SEMICOLON>-Wno-sign-conversion$<SEMICOLON>-Wno-missing-field-initializers$<SEMICOLON>-Werror>)

# With sanitizers g++ 12 sees uninitialised members in std::regex where there are none (GCC bug 105562): warnings are
# errors in the other builds.
set(AICOVID_SANITIZER_FLAGS)
if(AICOVID_SANITIZE)
  set(AICOVID_SANITIZER_FLAGS -fsanitize=${AICOVID_SANITIZE} -fno-omit-frame-pointer -fno-sanitize-recover=all -Wno-error)
  target_link_options(aicovid_settings INTERFACE -fsanitize=${AICOVID_SANITIZE})
  if(NOT AICOVID_SANITIZE_ROOMS)
    target_compile_options(aicovid_settings INTERFACE "$<$<COMPILE_LANGUAGE:CXX>:${AICOVID_SANITIZER_FLAGS}>")
  endif()
endif()

# aicovid_sanitize_room(TARGET ROOM) compiles the target with the sanitizers if the room is one of AICOVID_SANITIZE_ROOMS.
# The others are compiled as in a release, so that a compiler cache has them.
function(aicovid_sanitize_room target room)
  if(room IN_LIST AICOVID_SANITIZE_ROOMS)
    target_compile_options(${target} PRIVATE -O1 -g1 ${AICOVID_SANITIZER_FLAGS})
  endif()
endfunction()
